using System.Collections.Concurrent;
using BackupOperator.Kubernetes.Events;

namespace BackupOperator.Tests.Scripted;

/// <summary>Keeps the messages of events that would have been written.</summary>
internal sealed class RecordingEvents : IEventPublisher
{
    public ConcurrentQueue<string> Messages { get; } = new();

    public void Publish(IKubernetesObject entity, string reason, string message, EventType type = EventType.Normal) => Messages.Enqueue(message);
}
