namespace BackupOperator.Api.Entities;

/// <summary>What the specs of backups and restores have in common.</summary>
public interface IRunSpec
{
    DatabaseTarget Target { get; }

    RunPriority Priority { get; }

    bool Cancel { get; }

    int BackoffLimit { get; }

    RunTimeouts Timeouts { get; }

    JobOptions? Job { get; }

    /// <summary>How long MySQL may be stopped, as the resource has it.</summary>
    string AllowedDowntime { get; }
}
