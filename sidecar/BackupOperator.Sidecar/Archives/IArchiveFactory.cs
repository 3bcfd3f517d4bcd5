using BackupOperator.Archive.Storage;
using BackupOperator.Sidecar.Reporting;

namespace BackupOperator.Sidecar.Archives;

/// <summary>Opens the storage of a run.</summary>
public interface IArchiveFactory
{
    /// <param name="dataDirectory">What is backed up.</param>
    IBackupArchive CreateArchive(string dataDirectory, IProgressSink progress);

    /// <summary>The copies of the backup; the first storage is only read.</summary>
    IBackupCopies CreateCopies(IProgressSink progress);

    /// <summary>The first storage of the run; nothing is created in it. The caller disposes it.</summary>
    /// <returns>Null for a folder that is not there yet: nothing was ever stored.</returns>
    IObjectStore? OpenFirst();

    /// <summary>All storages of the run, the first one first; nothing is created in them.</summary>
    IReadOnlyList<CopyTarget> OpenAll();

    /// <param name="folder">Receives the restored files.</param>
    /// <param name="dataDirectory">What it will replace.</param>
    IBackupSource CreateSource(string folder, string dataDirectory, IProgressSink progress);
}
