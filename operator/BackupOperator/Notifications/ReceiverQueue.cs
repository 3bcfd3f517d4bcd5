using System.Diagnostics.Metrics;
using System.Globalization;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Notifications.Receivers;

namespace BackupOperator.Notifications;

/// <summary>
/// Sends to one receiver, in the background: waits a moment for what belongs together, then tries with growing pauses until
/// it arrives, is refused for good, or is too old to be of use.
/// </summary>
internal sealed class ReceiverQueue : IAsyncDisposable
{
    private const int LargestBatch = 20;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LastChance = TimeSpan.FromSeconds(5);

    private readonly IReceiver receiver;
    private readonly TimeSpan groupWait;
    private readonly TimeSpan giveUpAfter;
    private readonly TimeProvider time;
    private readonly Jitter jitter;
    private readonly Counter<long> sent;
    private readonly ILogger logger;
    private readonly Outbox outbox;
    private readonly SemaphoreSlim wake = new(0, 1);
    private readonly CancellationTokenSource hurry = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly Task loop;

    public ReceiverQueue(
        IReceiver receiver, TimeSpan cooldown, TimeSpan groupWait, TimeSpan giveUpAfter, TimeProvider time, Jitter jitter, Counter<long> sent, ILogger logger)
    {
        (this.receiver, this.groupWait, this.giveUpAfter, this.time, this.jitter, this.sent, this.logger) = (receiver, groupWait, giveUpAfter, time, jitter, sent, logger);
        outbox = new Outbox(cooldown);
        loop = Task.Run(LoopAsync);
    }

    public void Add(Notification notification)
    {
        lock (gate)
        {
            if (outbox.Add(notification) && wake.CurrentCount == 0)
            {
                wake.Release();
            }
        }
    }

    /// <summary>Sends what waits, once and for a few seconds at most.</summary>
    public async ValueTask DisposeAsync()
    {
        await hurry.CancelAsync();
        try
        {
            await loop.WaitAsync(LastChance, time);
        }
        catch (TimeoutException)
        {
            await stop.CancelAsync();
            await loop;
        }

        hurry.Dispose();
        stop.Dispose();
        wake.Dispose();
    }

    private async Task LoopAsync()
    {
        try
        {
            while (true)
            {
                await WaitAsync(wake.WaitAsync);
                await WaitAsync(token => Task.Delay(groupWait, time, token));
                while (Next() is { Count: > 0 } batch)
                {
                    await DeliverAsync(batch);
                }

                if (hurry.IsCancellationRequested)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The operator ends.
        }
    }

    private IReadOnlyList<Outgoing> Next()
    {
        lock (gate)
        {
            return outbox.Take(LargestBatch);
        }
    }

    private async Task DeliverAsync(IReadOnlyList<Outgoing> batch)
    {
        var (id, since, pause) = (Guid.CreateVersion7(time.GetUtcNow()).ToString("N", CultureInfo.InvariantCulture), time.GetTimestamp(), ShortestPause);
        while (true)
        {
            try
            {
                await receiver.SendAsync(id, batch, stop.Token);
                Count("sent");
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
            {
                // What a library throws may hold the address, which is a secret; ours says what is safe.
                var delivery = e as DeliveryException;
                var why = delivery?.Message ?? e.GetType().Name;
                if (delivery?.Final == true || hurry.IsCancellationRequested || time.GetElapsedTime(since) > giveUpAfter)
                {
                    logger.LogError("Receiver {Receiver} did not get {Count} notifications, and will not: {Cause}", receiver.Name, batch.Count, why);
                    Count("lost");
                    return;
                }

                logger.LogWarning("Receiver {Receiver} did not get {Count} notifications yet: {Cause}", receiver.Name, batch.Count, why);
                Count("failed");
                var wait = delivery?.RetryAfter is { } asked && asked > pause ? asked : jitter.Spread(pause, 0.2);
                await WaitAsync(token => Task.Delay(wait < giveUpAfter ? wait : giveUpAfter, time, token));
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    // The end of the operator ends every pause.
    private async Task WaitAsync(Func<CancellationToken, Task> pause)
    {
        try
        {
            await pause(hurry.Token);
        }
        catch (OperationCanceledException) when (hurry.IsCancellationRequested)
        {
            // Send what there is.
        }
    }

    private void Count(string result) => sent.Add(1, new KeyValuePair<string, object?>("receiver", receiver.Name), new("result", result));
}
