using System.Threading.Channels;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupOperator.Kubernetes.Events;

/// <summary>
/// Writes events in the background. The same event of the same object again only raises its count. When events come
/// faster than they can be written, the oldest are dropped.
/// </summary>
public sealed class EventPublisher : IEventPublisher, IAsyncDisposable
{
    private const int Capacity = 1000;
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(5);

    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly EventWriter writer;
    private readonly CancellationTokenSource abort = new();
    private readonly Channel<PendingEvent> pending = Channel.CreateBounded<PendingEvent>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly Task pump;

    /// <param name="component">Who reports, such as <c>backup-operator</c>.</param>
    /// <param name="instance">Which of its processes, such as the pod's name.</param>
    public EventPublisher(IKubernetesClient client, string component, string instance, TimeProvider? time = null, ILogger<EventPublisher>? logger = null)
    {
        this.time = time ?? TimeProvider.System;
        this.logger = logger ?? NullLogger<EventPublisher>.Instance;
        writer = new(client, component, instance);
        pump = PumpAsync();
    }

    public void Publish(IKubernetesObject entity, string reason, string message, EventType type = EventType.Normal) =>
        pending.Writer.TryWrite(new(entity.ToObjectReference(), type, reason, message, time.GetUtcNow()));

    /// <summary>Writes what is waiting, for a few seconds at most.</summary>
    public async ValueTask DisposeAsync()
    {
        pending.Writer.TryComplete();
        try
        {
            await pump.WaitAsync(FlushTimeout, time);
        }
        catch (TimeoutException)
        {
            await abort.CancelAsync();
            await pump;
        }

        abort.Dispose();
    }

    private async Task PumpAsync()
    {
        try
        {
            await foreach (var item in pending.Reader.ReadAllAsync(abort.Token))
            {
                await WriteAsync(item);
            }
        }
        catch (OperationCanceledException)
        {
            // The end, with events left.
        }
    }

    private async Task WriteAsync(PendingEvent item)
    {
        try
        {
            await writer.WriteAsync(item, abort.Token);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            logger.LogWarning(
                "The event {Reason} of {Kind} {Namespace}/{Name} cannot be written: {Error}",
                item.Reason, item.Object.Kind, item.Object.Namespace, item.Object.Name, e.Message);
        }
    }
}
