namespace BackupOperator.Archive.Storage.S3;

/// <summary>
/// The time limit of a transfer: as long as bytes move it goes on, whatever its size. Less than
/// <see cref="LeastBytesPerSecond"/> over the whole of the patience counts as standing still.
/// </summary>
internal sealed class StallGuard : IDisposable
{
    public const int LeastBytesPerSecond = 16 << 10;
    private readonly TimeSpan _patience;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _both;
    private readonly CancellationToken _caller;
    private long _sinceReset;
    private long _moved;
    private TimeSpan _limit;

    public StallGuard(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        _patience = patience;
        _caller = cancellationToken;
        _timer = new CancellationTokenSource(_limit = patience, time);
        _both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _timer.Token);
    }

    public CancellationToken Token => _both.Token;

    /// <summary>Whether it is this guard, and not the caller, that ended the transfer.</summary>
    public bool IsStalled => _timer.IsCancellationRequested && !_caller.IsCancellationRequested;

    public void Moved(int bytes)
    {
        _moved += bytes;
        _sinceReset += bytes;
        if (_sinceReset >= _patience.TotalSeconds * LeastBytesPerSecond)
        {
            Expect(_patience);
        }
    }

    /// <summary>From now on bytes are to move.</summary>
    public void Begin() => Expect(_patience);

    /// <summary>From now on it is this side that waits.</summary>
    public void Hold() => _timer.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>From now on there is this much time for the next step.</summary>
    public void Expect(TimeSpan within)
    {
        _sinceReset = 0;
        _timer.CancelAfter(_limit = within);
    }

    public TimeoutException Explain() => new(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"nothing more within {_limit.TotalSeconds:0.#} s, after {_moved} bytes"));

    public void Dispose()
    {
        _both.Dispose();
        _timer.Dispose();
    }
}
