using System.Diagnostics.Metrics;

namespace BackupOperator.Kubernetes.Metrics;

/// <summary>The meter of the instruments of this library.</summary>
public static class KubernetesMeter
{
    public const string Name = "BackupOperator.Kubernetes";

    internal static Meter Meter { get; } = new(Name);
}
