using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Events;

/// <summary>An event that is not yet written.</summary>
internal sealed record PendingEvent(V1ObjectReference Object, EventType Type, string Reason, string Message, DateTimeOffset Time)
{
    /// <summary>Events with the same key are one event that happened several times.</summary>
    public (string?, EventType, string, string) Key => (Object.Uid, Type, Reason, Message);
}
