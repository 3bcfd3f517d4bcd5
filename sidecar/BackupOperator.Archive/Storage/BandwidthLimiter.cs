namespace BackupOperator.Archive.Storage;

/// <summary>
/// Holds all who share it to a number of bytes per second. Each gets the moment from which its bytes may go (a token bucket
/// in its form as a virtual schedule, GCRA of ITU-T I.371), and sleeps until then.
/// </summary>
public sealed class BandwidthLimiter
{
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(250);
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _bytesPerSecond;
    private readonly long _begin;

    // When the bytes that were let go so far will have used up the rate, from the beginning on.
    private TimeSpan _booked = -Burst;

    public BandwidthLimiter(long bytesPerSecond, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesPerSecond, 1);
        ArgumentNullException.ThrowIfNull(time);
        _bytesPerSecond = bytesPerSecond;
        _time = time;
        _begin = time.GetTimestamp();
    }

    /// <summary>As many bytes as should be asked for at once: few enough to send evenly, enough not to sleep all the time.</summary>
    public int Slice => (int)Math.Clamp(_bytesPerSecond / 20, 4 << 10, 256 << 10);

    /// <summary>Returns when this many bytes may be sent.</summary>
    public async ValueTask AcquireAsync(int bytes, CancellationToken cancellationToken = default)
    {
        var share = TimeSpan.FromSeconds((double)bytes / _bytesPerSecond);
        TimeSpan wait;
        lock (_gate)
        {
            var now = _time.GetElapsedTime(_begin);
            var from = _booked > now - Burst ? _booked : now - Burst;
            _booked = from + share;
            wait = from - now;
        }

        if (wait <= TimeSpan.Zero)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return;
        }

        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), _time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Others need not wait for bytes that are never sent.
            lock (_gate)
            {
                _booked -= share;
            }

            throw;
        }
    }
}
