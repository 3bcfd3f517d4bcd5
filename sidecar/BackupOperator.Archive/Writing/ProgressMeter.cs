namespace BackupOperator.Archive.Writing;

/// <summary>Counts for one pass and tells the caller at most four times a second.</summary>
internal sealed class ProgressMeter(IProgress<ArchiveProgress>? to, TimeProvider time, long bytesTotal, long filesTotal, Func<long> uploaded)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private long _last;
    private long _bytes;
    private long _files;

    public void Add(long bytes)
    {
        _bytes += bytes;
        if (to is not null && (_last == 0 || time.GetElapsedTime(_last) >= Interval))
        {
            Tell();
        }
    }

    public void AddFile() => _files++;

    public void Tell()
    {
        _last = time.GetTimestamp();
        to?.Report(new ArchiveProgress(_bytes, Math.Max(bytesTotal, _bytes), _files, filesTotal, uploaded()));
    }
}
