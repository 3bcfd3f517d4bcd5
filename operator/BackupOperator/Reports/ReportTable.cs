using System.Globalization;
using BackupOperator.Core.Durations;
using BackupOperator.Core.Sizes;

namespace BackupOperator.Reports;

/// <summary>Writes a report for people, in columns as kubectl does. Pure.</summary>
internal static class ReportTable
{
    private const string Nothing = "-";

    private static readonly string[] Titles =
        ["NAMESPACE", "SCHEDULE", "TARGET", "PERIOD", "GOOD", "FAILED", "MISSED", "SUCCESS", "DURATION", "DOWNTIME", "DATA", "STORED", "ANOMALIES"];

    public static string Write(Report report)
    {
        if (report.Rows.Count == 0)
        {
            return "No schedules, and no backups that have ended.\n";
        }

        var lines = report.Rows.Select(r => Cells(r, report.Period.Name)).Prepend(Titles).ToList();
        var widths = Enumerable.Range(0, Titles.Length).Select(column => lines.Max(line => line[column].Length)).ToList();
        var table = string.Concat(lines.Select(line => string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd() + "\n"));
        var anomalies = report.Rows.SelectMany(r => r.Anomalies.Select(a => string.Create(CultureInfo.InvariantCulture, $"{r.Namespace}/{a.Run}  {a.At:u}  {a.Reason}: {a.Message}\n"))).ToList();
        return anomalies.Count == 0 ? table : $"{table}\n{string.Concat(anomalies)}";
    }

    private static string[] Cells(ReportRow row, string period)
    {
        var tally = row.Tally;
        return
        [
            row.Namespace,
            row.Schedule ?? Nothing,
            row.Target,
            period,
            Number(tally.Succeeded),
            Number(tally.Failed),
            row.Schedule is null ? Nothing : Number(tally.Missed),
            tally.SuccessPercent is { } percent ? percent.ToString("0.# '%'", CultureInfo.InvariantCulture) : Nothing,
            tally.MeanDurationSeconds is { } duration ? DurationText.Format(TimeSpan.FromSeconds(duration)) : Nothing,
            tally.MeanDowntimeSeconds is { } downtime ? downtime.ToString("0.#'s'", CultureInfo.InvariantCulture) : Nothing,
            tally.MeanLogicalBytes is { } logical ? SizeText.Format(logical) : Nothing,
            tally.MeanStoredBytes is { } stored ? SizeText.Format(stored) : Nothing,
            Number(tally.Anomalies),
        ];
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
