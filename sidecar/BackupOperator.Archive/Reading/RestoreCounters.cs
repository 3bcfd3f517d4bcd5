using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Reading;

/// <summary>How far a restore is; many threads count.</summary>
internal sealed class RestoreCounters
{
    private long _bytes;
    private long _files;
    private long _fetched;

    public void AddBytes(long count) => Interlocked.Add(ref _bytes, count);

    public void AddFetched(long count) => Interlocked.Add(ref _fetched, count);

    /// <summary>One block less of a file is missing.</summary>
    public void Finish(TargetFile file)
    {
        if (file.Finish())
        {
            Interlocked.Increment(ref _files);
        }
    }

    public ArchiveProgress Progress(ManifestTotals of) =>
        new(Interlocked.Read(ref _bytes), of.LogicalBytes, Interlocked.Read(ref _files), of.Files, Interlocked.Read(ref _fetched));
}
