using BackupOperator.Api.Entities;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Sidecar.Reporting;

/// <summary>Makes percent, speed and time left out of counted bytes; one for each pass over the data.</summary>
public sealed class ProgressTracker(IProgressSink sink, TimeProvider time) : IProgress<ArchiveProgress>
{
    /// <summary>The speed is that of about the last so many seconds.</summary>
    private const double Memory = 10;

    private readonly Lock _gate = new();
    private long _last = time.GetTimestamp();
    private long _lastBytes;
    private double? _bytesPerSecond;
    private ArchiveProgress _value;

    public void Report(ArchiveProgress value)
    {
        lock (_gate)
        {
            _value = value;
            UpdateSpeed(value.BytesDone);
            var left = Math.Max(0, value.BytesTotal - value.BytesDone);
            sink.Progress(new RunProgress
            {
                BytesDone = value.BytesDone,
                BytesTotal = value.BytesTotal,
                Percent = value.BytesTotal > 0 ? Math.Round(100.0 * value.BytesDone / value.BytesTotal, 1) : 0,
                BytesPerSecond = _bytesPerSecond is { } speed ? (long)speed : null,
                EtaSeconds = _bytesPerSecond is { } rate and > 1 ? (long)Math.Ceiling(left / rate) : null,
                FilesDone = value.FilesDone,
                FilesTotal = value.FilesTotal,
                BytesUploaded = value.BytesUploaded,
            });
        }
    }

    /// <summary>The pass is over, and so is the upload of what it has read.</summary>
    /// <param name="bytesUploaded">By all passes.</param>
    public void Uploaded(long bytesUploaded)
    {
        lock (_gate)
        {
            Report(_value with { BytesUploaded = bytesUploaded });
        }
    }

    private void UpdateSpeed(long bytes)
    {
        var seconds = time.GetElapsedTime(_last).TotalSeconds;
        if (seconds < 0.2)
        {
            return;
        }

        var current = Math.Max(0, bytes - _lastBytes) / seconds;
        var weight = Math.Min(1, seconds / Memory);
        _bytesPerSecond = _bytesPerSecond is { } before ? before + ((current - before) * weight) : current;
        (_last, _lastBytes) = (time.GetTimestamp(), bytes);
    }
}
