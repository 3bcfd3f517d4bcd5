namespace BackupOperator.Kubernetes.Watching;

/// <summary>What an informer has seen; <paramref name="Previous"/> is the state before, where there was one.</summary>
public sealed record EntityChange<T>(EntityChangeType Type, T Entity, T? Previous)
    where T : class;

public enum EntityChangeType
{
    Added,
    Updated,
    Deleted,
}
