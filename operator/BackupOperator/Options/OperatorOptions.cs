using BackupOperator.Http;
using BackupOperator.Kubernetes.Reconciliation;
using BackupOperator.Notifications;

namespace BackupOperator.Options;

/// <summary>The operator's settings, from flags and the environment.</summary>
internal sealed record OperatorOptions
{
    /// <summary>Empty: all namespaces.</summary>
    public IReadOnlyList<string> WatchNamespaces { get; init; } = [];

    /// <summary>The image of the Job's container where the resource names none.</summary>
    public required string SidecarImage { get; init; }

    /// <summary>Runs at once, in all namespaces.</summary>
    public int MaxConcurrentRuns { get; init; } = 5;

    /// <summary>Attempts at copies at once, in all namespaces.</summary>
    public int MaxConcurrentCopies { get; init; } = 4;

    /// <summary>How long a finished Job and its logs stay.</summary>
    public TimeSpan JobTtl { get; init; } = TimeSpan.FromHours(4);

    /// <summary>How often everything is looked at although nothing changed.</summary>
    public TimeSpan Resync { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Wait to be the leader before doing anything.</summary>
    public bool LeaderElection { get; init; } = true;

    /// <summary>Where probes and scrapes are answered; null for nowhere.</summary>
    public BindAddress? MetricsBindAddress { get; init; }

    /// <summary>Who is notified of what.</summary>
    public NotificationSettings Notifications { get; init; } = new();

    public ControllerOptions Controllers => new() { Namespaces = WatchNamespaces, ResyncInterval = Resync, Workers = Math.Max(4, MaxConcurrentRuns) };
}
