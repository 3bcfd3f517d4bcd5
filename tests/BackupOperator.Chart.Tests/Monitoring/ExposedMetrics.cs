using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Metrics;
using BackupOperator.Notifications;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupOperator.Chart.Tests.Monitoring;

/// <summary>The names of all series that <c>/metrics</c> can have, from the operator's own instruments.</summary>
internal static class ExposedMetrics
{
    public static IReadOnlySet<string> Names { get; } = Read();

    private static HashSet<string> Read()
    {
        // Those of the Kubernetes library are created when a controller first runs.
        foreach (var type in typeof(KubernetesClient).Assembly.GetTypes().Where(t => t.Namespace?.EndsWith(".Metrics", StringComparison.Ordinal) == true))
        {
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        }

        using var metrics = new OperatorMetrics(TimeProvider.System);
        _ = new Notifier(new NotificationSettings(), metrics.Meter, TimeProvider.System, new Random(1), NullLogger<Notifier>.Instance);
        var names = new HashSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (metrics.Owns(instrument.Meter))
                {
                    names.UnionWith(SeriesOf(instrument));
                }
            },
        };
        listener.Start();
        return names;
    }

    private static string[] SeriesOf(Instrument instrument) =>
        instrument.GetType().GetGenericTypeDefinition() == typeof(Histogram<>)
            ? [instrument.Name + "_bucket", instrument.Name + "_sum", instrument.Name + "_count"]
            : [instrument.Name];
}
