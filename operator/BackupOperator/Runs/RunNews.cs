using BackupOperator.Kubernetes.Events;

namespace BackupOperator.Runs;

/// <summary>Something that an event tells.</summary>
/// <param name="Reason">One word in CamelCase.</param>
internal sealed record RunNews(string Reason, string Message, EventType Type = EventType.Normal);
