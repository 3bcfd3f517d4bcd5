using System.Diagnostics.Metrics;
using BackupOperator.Kubernetes.Metrics;

namespace BackupOperator.Metrics;

/// <summary>The instruments of one operator.</summary>
internal sealed class OperatorMetrics : IDisposable
{
    public const string MeterName = "BackupOperator";

    private readonly Meter meter = new(MeterName);

    public OperatorMetrics(TimeProvider time)
    {
        Runs = new RunMetrics(meter);
        Targets = new TargetMetrics(meter, Runs, time);
        Schedules = new ScheduleMetrics(meter);
        Prunes = new PruneMetrics(meter);
        ProcessMetrics.AddTo(meter);
    }

    public RunMetrics Runs { get; }

    public TargetMetrics Targets { get; }

    public ScheduleMetrics Schedules { get; }

    public PruneMetrics Prunes { get; }

    /// <summary>For the instruments of parts of the operator.</summary>
    public Meter Meter => meter;

    /// <summary>Whether a meter is this operator's, or the one of the Kubernetes client and the controllers.</summary>
    public bool Owns(Meter other) => other == meter || other.Name == KubernetesMeter.Name;

    public void Dispose() => meter.Dispose();
}
