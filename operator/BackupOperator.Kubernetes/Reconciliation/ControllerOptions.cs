using BackupOperator.Kubernetes.Queue;
using BackupOperator.Kubernetes.Watching;

namespace BackupOperator.Kubernetes.Reconciliation;

/// <summary>How controllers run.</summary>
public sealed record ControllerOptions
{
    /// <summary>The namespaces to look at; empty means all.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>Reconciles of one controller at the same time, each of another object.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>How often every object is reconciled although nothing changed.</summary>
    public TimeSpan ResyncInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A reconcile that takes longer is cancelled, and tried again.</summary>
    public TimeSpan ReconcileTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long running reconciles may go on when the process is to stop.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(20);

    public WorkQueueOptions Queue { get; init; } = new();

    public InformerOptions Informer { get; init; } = new();
}
