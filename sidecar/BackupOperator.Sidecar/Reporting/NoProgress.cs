using BackupOperator.Api.Entities;

namespace BackupOperator.Sidecar.Reporting;

/// <summary>For what nobody watches.</summary>
public sealed class NoProgress : IProgressSink
{
    public void Progress(RunProgress progress)
    {
    }
}
