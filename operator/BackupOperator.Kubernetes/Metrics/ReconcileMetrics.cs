using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace BackupOperator.Kubernetes.Metrics;

/// <summary>How long reconciles take, how many fail, and how many objects wait for one.</summary>
internal static class ReconcileMetrics
{
    private static readonly Histogram<double> Duration = KubernetesMeter.Meter.CreateHistogram(
        "mysqlbackup_reconcile_duration_seconds",
        "s",
        "Duration of reconciles.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120] });

    private static readonly Counter<long> Errors = KubernetesMeter.Meter.CreateCounter<long>(
        "mysqlbackup_reconcile_errors_total", description: "Reconciles that failed.");

    private static readonly ConcurrentDictionary<string, Func<int>> Queues = new(StringComparer.Ordinal);

    static ReconcileMetrics() =>
        KubernetesMeter.Meter.CreateObservableGauge(
            "mysqlbackup_reconcile_queue_depth",
            () => Queues.Select(q => new Measurement<int>(q.Value(), Label(q.Key))),
            description: "Objects that wait for a reconcile.");

    public static void Reconciled(string controller, TimeSpan duration, bool success)
    {
        Duration.Record(duration.TotalSeconds, Label(controller));
        if (!success)
        {
            Errors.Add(1, Label(controller));
        }
    }

    /// <summary>The queue of the last controller of a name counts.</summary>
    public static void ObserveQueue(string controller, Func<int> depth) => Queues[controller] = depth;

    /// <summary>Begins the errors at zero: what rises from nothing is no rise to an alert.</summary>
    public static void Started(string controller) => Errors.Add(0, Label(controller));

    private static KeyValuePair<string, object?> Label(string controller) => new("controller", controller);
}
