using BackupOperator.Archive.Storage;
using BackupOperator.TestSupport.Time;

namespace BackupOperator.Archive.Tests.Faults;

public sealed class BandwidthLimiterTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Those_who_share_a_limit_stay_below_it_together()
    {
        var limiter = new BandwidthLimiter(1_000_000, _time);
        var sent = 0L;
        using var stop = new CancellationTokenSource();
        var senders = Enumerable.Range(0, 4).Select(_ => SendAsync()).ToList();
        for (var tenths = 1; tenths <= 50; tenths++)
        {
            await IdleAsync(4);
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await IdleAsync(4);
            Interlocked.Read(ref sent).ShouldBeInRange((tenths * 100_000L) - 100_000, (tenths * 100_000L) + 250_000 + 80_000);
        }

        await stop.CancelAsync();
        foreach (var sender in senders)
        {
            await Should.ThrowAsync<OperationCanceledException>(() => sender);
        }

        async Task SendAsync()
        {
            while (true)
            {
                await limiter.AcquireAsync(20_000, stop.Token);
                Interlocked.Add(ref sent, 20_000);
            }
        }
    }

    [Fact]
    public async Task Who_gives_up_does_not_hold_up_the_others()
    {
        var limiter = new BandwidthLimiter(1_000, _time);
        await limiter.AcquireAsync(300, TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        var large = limiter.AcquireAsync(1_000_000, stop.Token).AsTask();
        large.IsCompleted.ShouldBeFalse("nothing is left of the burst");
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => large);

        var small = limiter.AcquireAsync(100, TestContext.Current.CancellationToken).AsTask();
        var next = limiter.AcquireAsync(100, TestContext.Current.CancellationToken).AsTask();
        await IdleAsync(2);
        _time.Advance(TimeSpan.FromMilliseconds(160));
        await Task.WhenAll(small, next).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task An_idle_time_is_not_made_up_for()
    {
        var limiter = new BandwidthLimiter(1_000, _time);
        _time.Advance(TimeSpan.FromHours(1));
        await limiter.AcquireAsync(250, TestContext.Current.CancellationToken);
        var next = limiter.AcquireAsync(1, TestContext.Current.CancellationToken).AsTask();
        var after = limiter.AcquireAsync(1, TestContext.Current.CancellationToken).AsTask();
        after.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(5));
        await Task.WhenAll(next, after).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Who_is_cancelled_is_not_let_through()
    {
        var limiter = new BandwidthLimiter(long.MaxValue, _time);
        await Should.ThrowAsync<OperationCanceledException>(() => limiter.AcquireAsync(1, new CancellationToken(canceled: true)).AsTask());
        Should.Throw<ArgumentOutOfRangeException>(() => new BandwidthLimiter(0, _time));
    }

    private async Task IdleAsync(int waiters)
    {
        for (var i = 0; _time.WaitingTimers < waiters; i++)
        {
            i.ShouldBeLessThan(5_000);
            await Task.Delay(1);
        }
    }
}
