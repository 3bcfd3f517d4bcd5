using System.Runtime.CompilerServices;
using System.Threading.Channels;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Health;

namespace BackupOperator.Kubernetes.Queue;

/// <summary>
/// Keys that wait for work. A key waits at most once however often it is added, and is never worked on twice at the same
/// time: what is added meanwhile comes after <see cref="Done"/>.
/// </summary>
public sealed class WorkQueue<TKey>(WorkQueueOptions options, TimeProvider time, Jitter jitter)
    where TKey : notnull
{
    // Timers end at 49 days; whoever is woken early looks, and waits again.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly Lock gate = new();
    private readonly long origin = time.GetTimestamp();
    private readonly Channel<TKey> ready = Channel.CreateUnbounded<TKey>();
    private readonly HashSet<TKey> waiting = [];
    private readonly HashSet<TKey> working = [];
    private readonly Dictionary<TKey, Delayed> delayed = [];
    private readonly Dictionary<TKey, int> failures = [];
    private readonly Heartbeat moved = new(time);
    private bool closed;

    /// <summary>Keys that wait for a worker; those that wait for their time do not count.</summary>
    public int Depth
    {
        get
        {
            lock (gate)
            {
                return waiting.Count;
            }
        }
    }

    /// <summary>How long keys have been waiting without any being taken; zero where none waits.</summary>
    public TimeSpan Standstill
    {
        get
        {
            lock (gate)
            {
                return waiting.Count == 0 ? TimeSpan.Zero : moved.Silence;
            }
        }
    }

    public void Add(TKey key)
    {
        lock (gate)
        {
            if (closed || !waiting.Add(key))
            {
                return;
            }

            if (waiting.Count == 1)
            {
                moved.Beat();
            }

            if (!working.Contains(key))
            {
                ready.Writer.TryWrite(key);
            }
        }
    }

    /// <summary>Adds the key later; of several times the earliest counts.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            Add(key);
            return;
        }

        delay = delay < LongestTimer ? delay : LongestTimer;
        lock (gate)
        {
            // Not by the clock on the wall, which may be set back.
            var due = time.GetElapsedTime(origin) + delay;
            if (closed || (delayed.TryGetValue(key, out var earlier) && earlier.Due <= due))
            {
                return;
            }

            earlier?.Timer?.Dispose();
            var entry = delayed[key] = new Delayed(due);
            entry.Timer = time.CreateTimer(_ => Release(key, entry), null, delay, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Adds the key after a pause that grows with its failures in a row.</summary>
    /// <returns>The pause.</returns>
    public TimeSpan AddRateLimited(TKey key)
    {
        int count;
        lock (gate)
        {
            count = failures[key] = failures.GetValueOrDefault(key) + 1;
        }

        var pause = options.RetryDelay * Math.Pow(2, Math.Min(count - 1, 30));
        pause = jitter.Spread(pause < options.MaxRetryDelay ? pause : options.MaxRetryDelay, 0.1);
        AddAfter(key, pause);
        return pause;
    }

    /// <summary>The key has succeeded: its next failure is the first again.</summary>
    public void Forget(TKey key)
    {
        lock (gate)
        {
            failures.Remove(key);
        }
    }

    /// <summary>Hands out keys until <paramref name="stopping"/>; of each, <see cref="Done"/> must be told.</summary>
    public async IAsyncEnumerable<TKey> TakeAllAsync([EnumeratorCancellation] CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            TKey key;
            try
            {
                key = await ready.Reader.ReadAsync(stopping);
            }
            catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
            {
                yield break;
            }

            lock (gate)
            {
                waiting.Remove(key);
                working.Add(key);
                moved.Beat();
            }

            yield return key;
        }
    }

    public void Done(TKey key)
    {
        lock (gate)
        {
            if (working.Remove(key) && waiting.Contains(key))
            {
                ready.Writer.TryWrite(key);
            }
        }
    }

    /// <summary>Takes no more keys, and forgets those whose time has not come.</summary>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
            foreach (var entry in delayed.Values)
            {
                entry.Timer?.Dispose();
            }

            delayed.Clear();
            ready.Writer.TryComplete();
        }
    }

    private void Release(TKey key, Delayed entry)
    {
        lock (gate)
        {
            // A timer may fire while it is being replaced by an earlier one.
            if (!delayed.TryGetValue(key, out var current) || current != entry)
            {
                return;
            }

            delayed.Remove(key);
        }

        entry.Timer?.Dispose();
        Add(key);
    }

    private sealed class Delayed(TimeSpan due)
    {
        public TimeSpan Due { get; } = due;

        public ITimer? Timer { get; set; }
    }
}
