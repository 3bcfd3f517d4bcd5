using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Events;

/// <summary>Tells people about an object through events.</summary>
public interface IEventPublisher
{
    /// <summary>Returns at once and never throws: an event that cannot be written is only logged.</summary>
    /// <param name="reason">One word in CamelCase.</param>
    /// <param name="message">Must hold no secret.</param>
    void Publish(IKubernetesObject entity, string reason, string message, EventType type = EventType.Normal);
}

public enum EventType
{
    Normal,
    Warning,
}
