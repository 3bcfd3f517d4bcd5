using System.Collections.Concurrent;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Reconciliation;

/// <summary>The reconciles that run now, and since when: one that ignores its timeout would keep its object for ever.</summary>
internal sealed class RunningReconciles(TimeProvider time)
{
    private readonly ConcurrentDictionary<NamespacedName, long> started = new();

    /// <summary>The one that has been running for longest.</summary>
    public (NamespacedName Name, TimeSpan Age)? Oldest => started.IsEmpty
        ? null
        : started.Select(s => (s.Key, Age: time.GetElapsedTime(s.Value))).OrderByDescending(s => s.Age).Cast<(NamespacedName, TimeSpan)?>().FirstOrDefault();

    public void Begin(NamespacedName name) => started[name] = time.GetTimestamp();

    public void End(NamespacedName name) => started.TryRemove(name, out _);
}
