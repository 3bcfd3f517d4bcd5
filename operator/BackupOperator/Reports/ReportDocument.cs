using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Serialization;
using BackupOperator.Schedules;

namespace BackupOperator.Reports;

/// <summary>Writes a report for programs, with the names that the status of a schedule has. Pure.</summary>
internal static class ReportDocument
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    public static string Write(Report report) => new JsonObject
    {
        ["period"] = report.Period.Name,
        ["time"] = report.Now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        ["reports"] = new JsonArray([.. report.Rows.Select(Row)]),
    }.ToJsonString(Indented) + "\n";

    private static JsonObject Row(ReportRow row)
    {
        var json = new JsonObject { ["namespace"] = row.Namespace, ["schedule"] = row.Schedule, ["target"] = row.Target };
        foreach (var (name, value) in KubernetesJson.ToNode(StatisticsMapper.Write(row.Tally)).AsObject())
        {
            json[name == "anomalies" ? "anomalyCount" : name] = value?.DeepClone();
        }

        json["anomalies"] = new JsonArray([.. row.Anomalies.Select(a => KubernetesJson.ToNode(StatisticsMapper.Write(a)))]);
        return json;
    }
}
