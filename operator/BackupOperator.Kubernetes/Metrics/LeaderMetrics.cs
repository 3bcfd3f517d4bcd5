using System.Diagnostics.Metrics;

namespace BackupOperator.Kubernetes.Metrics;

/// <summary>Whoever runs the controllers leads, elected or alone.</summary>
internal static class LeaderMetrics
{
    static LeaderMetrics() => KubernetesMeter.Meter.CreateObservableGauge(
        "mysqlbackup_leader", () => IsLeader ? 1 : 0, description: "1 on the replica that leads, 0 on those that stand by.");

    public static bool IsLeader { get; set; }
}
