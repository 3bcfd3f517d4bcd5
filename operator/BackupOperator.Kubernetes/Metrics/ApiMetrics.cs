using System.Diagnostics.Metrics;
using System.Globalization;

namespace BackupOperator.Kubernetes.Metrics;

/// <summary>Counts requests by verb and HTTP status; <c>0</c> where there was no answer.</summary>
internal static class ApiMetrics
{
    private static readonly Counter<long> Requests = KubernetesMeter.Meter.CreateCounter<long>(
        "mysqlbackup_api_requests_total", description: "Requests to the Kubernetes API server.");

    public static void Count(string verb, int code) =>
        Requests.Add(1, new("verb", verb), new("code", code.ToString(CultureInfo.InvariantCulture)));
}
