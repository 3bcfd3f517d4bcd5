namespace BackupOperator.Api.Entities;

/// <summary>A backup or a restore.</summary>
public interface IRunEntity : IKubernetesObject
{
    IRunSpec RunSpec { get; }

    RunStatus RunStatus { get; }
}
