using System.Diagnostics.Metrics;

namespace BackupOperator.Kubernetes.Metrics;

internal static class LeaderMetrics
{
    private static readonly UpDownCounter<long> Leader = KubernetesMeter.Meter.CreateUpDownCounter<long>(
        "mysqlbackup_leader", description: "1 on the replica that leads.");

    public static void Won() => Leader.Add(1);

    public static void Lost() => Leader.Add(-1);
}
