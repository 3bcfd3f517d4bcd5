namespace BackupOperator.Archive.Writing;

/// <summary>Counts for one pass, for several threads, and tells the caller at most four times a second.</summary>
internal sealed class ProgressMeter(IProgress<ArchiveProgress>? to, TimeProvider time, long bytesTotal, long filesTotal, Func<long> uploaded)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly Lock _gate = new();
    private long _last;
    private long _bytes;
    private long _files;

    public void Add(long bytes)
    {
        lock (_gate)
        {
            _bytes += bytes;
            if (to is not null && (_last == 0 || time.GetElapsedTime(_last) >= Interval))
            {
                Tell();
            }
        }
    }

    public void AddFile()
    {
        lock (_gate)
        {
            _files++;
        }
    }

    public void Tell()
    {
        lock (_gate)
        {
            _last = time.GetTimestamp();
            to?.Report(new ArchiveProgress(_bytes, Math.Max(bytesTotal, _bytes), _files, filesTotal, uploaded()));
        }
    }
}
