using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Queue;
using BackupOperator.TestSupport.Time;

namespace BackupOperator.Kubernetes.Tests.Queue;

public sealed class WorkQueueTests
{
    private readonly FakeTimeProvider time = new();
    private readonly WorkQueue<string> queue;

    public WorkQueueTests() => queue = new(new() { RetryDelay = TimeSpan.FromSeconds(1), MaxRetryDelay = TimeSpan.FromSeconds(60) }, time, new Jitter(new Random(1)));

    [Fact]
    public async Task A_key_that_is_added_twice_is_taken_once()
    {
        queue.Add("a");
        queue.Add("b");
        queue.Add("a");

        (await TakeAsync(2)).ShouldBe(["a", "b"]);
        queue.Depth.ShouldBe(0);
    }

    [Fact]
    public async Task Only_keys_that_wait_while_none_is_taken_are_a_standstill()
    {
        time.Advance(TimeSpan.FromHours(1));
        queue.Add("a");
        queue.Standstill.ShouldBe(TimeSpan.Zero, "an empty queue is no standstill");
        time.Advance(TimeSpan.FromSeconds(10));
        queue.Add("b");
        queue.Standstill.ShouldBe(TimeSpan.FromSeconds(10));

        await TakeAsync(1);
        queue.Standstill.ShouldBe(TimeSpan.Zero);
        time.Advance(TimeSpan.FromSeconds(5));
        queue.Standstill.ShouldBe(TimeSpan.FromSeconds(5));
        await TakeAsync(1);
        time.Advance(TimeSpan.FromHours(1));
        queue.Standstill.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_key_is_not_worked_on_twice_at_once_and_nothing_that_comes_meanwhile_is_lost()
    {
        queue.Add("a");
        await TakeAsync(1);

        queue.Add("a");
        queue.Add("a");
        queue.Add("b");
        (await TakeAsync(1)).ShouldBe(["b"], "a is being worked on");

        queue.Done("a");
        (await TakeAsync(1)).ShouldBe(["a"]);
        queue.Done("a");
        queue.Depth.ShouldBe(0);
    }

    [Fact]
    public void Of_several_delays_the_earliest_counts()
    {
        queue.AddAfter("a", TimeSpan.FromSeconds(10));
        queue.AddAfter("a", TimeSpan.FromSeconds(5));
        queue.AddAfter("a", TimeSpan.FromSeconds(20));

        time.Advance(TimeSpan.FromSeconds(4.9));
        queue.Depth.ShouldBe(0);
        time.Advance(TimeSpan.FromSeconds(0.1));
        queue.Depth.ShouldBe(1);
        time.WaitingTimers.ShouldBe(0);
    }

    [Fact]
    public void Failures_wait_longer_each_time_up_to_a_cap_and_never_end()
    {
        var pauses = Enumerable.Range(0, 100).Select(_ => queue.AddRateLimited("a").TotalSeconds).ToList();

        pauses[0].ShouldBeInRange(1, 1.1);
        pauses[3].ShouldBeInRange(8, 8.8);
        pauses[99].ShouldBeInRange(60, 66);
        queue.AddRateLimited("b").TotalSeconds.ShouldBeInRange(1, 1.1, "each key counts for itself");
        queue.Forget("a");
        queue.AddRateLimited("a").TotalSeconds.ShouldBeInRange(1, 1.1);
    }

    [Fact]
    public async Task A_closed_queue_hands_out_nothing()
    {
        queue.AddAfter("a", TimeSpan.FromSeconds(1));
        queue.Close();
        queue.Add("b");
        time.Advance(TimeSpan.FromSeconds(2));

        var taken = 0;
        await foreach (var _ in queue.TakeAllAsync(TestContext.Current.CancellationToken))
        {
            taken++;
        }

        taken.ShouldBe(0);
        time.WaitingTimers.ShouldBe(0);
    }

    [Fact]
    public async Task Workers_never_meet_at_a_key_however_fast_it_is_added()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var active = new int[5];
        var worked = new int[5];
        var collisions = 0;
        var keys = new WorkQueue<int>(new(), TimeProvider.System, new Jitter(new Random(1)));
        async Task WorkAsync()
        {
            await foreach (var key in keys.TakeAllAsync(stop.Token))
            {
                collisions += Interlocked.Increment(ref active[key]) - 1;
                await Task.Yield();
                worked[key]++;
                Interlocked.Decrement(ref active[key]);
                keys.Done(key);
            }
        }

        var workers = Enumerable.Range(0, 4).Select(_ => Task.Run(WorkAsync)).ToList();
        Parallel.For(0, 20_000, i => keys.Add(i % 5));
        while (keys.Depth > 0 || active.Any(a => Volatile.Read(ref a) > 0))
        {
            stop.IsCancellationRequested.ShouldBeFalse("the queue never became empty");
            await Task.Yield();
        }

        await stop.CancelAsync();
        await Task.WhenAll(workers);
        collisions.ShouldBe(0);
        worked.ShouldAllBe(n => n > 0);
    }

    private async Task<List<string>> TakeAsync(int count)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var keys = new List<string>();
        await foreach (var key in queue.TakeAllAsync(timeout.Token))
        {
            keys.Add(key);
            if (keys.Count == count)
            {
                return keys;
            }
        }

        throw new TimeoutException($"Only {string.Join(", ", keys)} came.");
    }
}
