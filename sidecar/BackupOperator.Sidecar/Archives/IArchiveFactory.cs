using BackupOperator.Sidecar.Reporting;
using BackupOperator.Sidecar.Runs;

namespace BackupOperator.Sidecar.Archives;

/// <summary>Opens the storage of a run.</summary>
public interface IArchiveFactory
{
    /// <param name="reporter">Is told the progress.</param>
    IBackupArchive CreateArchive(RunSpec run, RunSettings settings, Reporter reporter);

    /// <inheritdoc cref="CreateArchive"/>
    IBackupSource CreateSource(RunSpec run, RunSettings settings, Reporter reporter);
}
