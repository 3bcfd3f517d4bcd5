using BackupOperator.Api.Entities;

namespace BackupOperator.Sidecar.Reporting;

/// <summary>Is told how far the current step is.</summary>
public interface IProgressSink
{
    void Progress(RunProgress progress);

    /// <summary>Packs have to come back from an archive class, or have.</summary>
    void Thaw(ThawReport thaw)
    {
    }
}
