using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace BackupOperator.Kubernetes.Metrics;

internal static class ReconcileMetrics
{
    private static readonly Histogram<double> Duration = KubernetesMeter.Meter.CreateHistogram<double>(
        "mysqlbackup_reconcile_duration_seconds", "s", "Duration of reconciles.");

    private static readonly Counter<long> Errors = KubernetesMeter.Meter.CreateCounter<long>(
        "mysqlbackup_reconcile_errors_total", description: "Reconciles that failed.");

    private static readonly ConcurrentDictionary<string, Func<int>> Queues = new(StringComparer.Ordinal);

    static ReconcileMetrics() =>
        KubernetesMeter.Meter.CreateObservableGauge(
            "mysqlbackup_reconcile_queue_depth",
            () => Queues.Select(q => new Measurement<int>(q.Value(), new KeyValuePair<string, object?>("controller", q.Key))),
            description: "Objects that wait for a reconcile.");

    public static void Reconciled(string controller, TimeSpan duration, bool success)
    {
        Duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("controller", controller));
        if (!success)
        {
            Errors.Add(1, new KeyValuePair<string, object?>("controller", controller));
        }
    }

    /// <summary>The queue of the last controller of a name counts.</summary>
    public static void ObserveQueue(string controller, Func<int> depth) => Queues[controller] = depth;
}
