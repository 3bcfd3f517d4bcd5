using System.Threading.Channels;

namespace BackupOperator.LocalCluster.Controllers.Runtime;

/// <summary>Keys that wait for their turn: each at most once, some not before a certain time.</summary>
internal sealed class KeyQueue(TimeProvider time)
{
    private readonly Channel<NamespacedName> ready = Channel.CreateUnbounded<NamespacedName>();
    private readonly HashSet<NamespacedName> queued = [];

    public void Add(NamespacedName key)
    {
        lock (queued)
        {
            if (!queued.Add(key))
            {
                return;
            }
        }

        ready.Writer.TryWrite(key);
    }

    public void AddAfter(NamespacedName key, TimeSpan delay, CancellationToken cancellationToken)
    {
        if (delay <= TimeSpan.Zero)
        {
            Add(key);
            return;
        }

        _ = LaterAsync();

        async Task LaterAsync()
        {
            await Task.Delay(delay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Add(key);
        }
    }

    public async ValueTask<NamespacedName> TakeAsync(CancellationToken cancellationToken)
    {
        var key = await ready.Reader.ReadAsync(cancellationToken);
        lock (queued)
        {
            // From here on a change is news to the one who works on the key, and queues it again.
            queued.Remove(key);
        }

        return key;
    }
}
