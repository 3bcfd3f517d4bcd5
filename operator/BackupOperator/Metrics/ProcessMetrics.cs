using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace BackupOperator.Metrics;

/// <summary>
/// This process, under the names that Prometheus' clients use
/// (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics), and its version.
/// </summary>
internal static class ProcessMetrics
{
    public static void AddTo(Meter meter)
    {
        using var process = Process.GetCurrentProcess();
        var started = new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0;
        var version = typeof(ProcessMetrics).Assembly.GetName().Version?.ToString(3) ?? "";
        meter.CreateObservableGauge("process_start_time_seconds", () => started, "s", "Start time of the process since unix epoch in seconds.");
        meter.CreateObservableCounter("process_cpu_seconds_total", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "Total user and system CPU time spent in seconds.");
        meter.CreateObservableGauge("process_resident_memory_bytes", () => Environment.WorkingSet, "By", "Resident memory size in bytes.");
        meter.CreateObservableGauge(
            "mysqlbackup_build_info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", version)), description: "The version that runs.");
    }
}
