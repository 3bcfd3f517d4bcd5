using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace BackupOperator.Kubernetes.Metrics;

/// <summary>Which watches the API server refuses.</summary>
internal static class WatchMetrics
{
    private static readonly ConcurrentDictionary<(string Kind, string Namespace), bool> Refused = new();

    static WatchMetrics() => KubernetesMeter.Meter.CreateObservableGauge(
        "mysqlbackup_watch_refused",
        () => Refused.Select(r => new Measurement<int>(r.Value ? 1 : 0, new("kind", r.Key.Kind), new("namespace", r.Key.Namespace))),
        description: "1 for a kind that the operator may not watch in a namespace, or that is not there.");

    /// <summary>What is allowed again goes back to zero, so that a graph shows it.</summary>
    public static void Set(string kind, string? @namespace, bool refused)
    {
        var key = (kind, @namespace ?? "");
        if (refused || Refused.ContainsKey(key))
        {
            Refused[key] = refused;
        }
    }
}
