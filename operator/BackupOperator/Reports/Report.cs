using BackupOperator.Core.Scheduling;
using BackupOperator.Core.Statistics;
using BackupOperator.Metrics;
using BackupOperator.Runs;
using BackupOperator.Schedules;

namespace BackupOperator.Reports;

/// <summary>
/// A report on schedules and on backups by hand. What a schedule's status has summed up outlives the resources; of
/// everything else only what there is can be told. Pure.
/// </summary>
internal sealed record Report(StatisticsPeriod Period, DateTimeOffset Now, IReadOnlyList<ReportRow> Rows)
{
    public static Report Of(IReadOnlyCollection<MySqlBackupSchedule> schedules, IReadOnlyCollection<MySqlBackup> backups, StatisticsPeriod period, DateTimeOffset now)
    {
        var ended = backups.Where(b => RunLookup.StageOf(b).IsOver()).ToLookup(b => (b.Metadata.Namespace ?? "", b.Label(ScheduleMetadata.Schedule)));
        var known = schedules.Select(s => (s.Metadata.Namespace ?? "", (string?)s.Metadata.Name)).ToHashSet();
        var rows = schedules.Select(s => Row(
                s.Metadata.Namespace ?? "", s.Metadata.Name, s.Spec.Template.Spec.Target.StatefulSet,
                s.Status.Statistics is { } statistics ? StatisticsMapper.Read(statistics) : Sum(ended[(s.Metadata.Namespace ?? "", s.Metadata.Name)])))
            .Concat(
                from orphans in ended
                where !known.Contains(orphans.Key)
                from target in orphans.GroupBy(TargetSurvey.TargetOf)
                select Row(target.Key.Namespace, orphans.Key.Item2, target.Key.Name, Sum(target)));
        return new Report(period, now, [.. rows.OrderBy(r => r.Namespace, StringComparer.Ordinal).ThenBy(r => r.Schedule ?? "~", StringComparer.Ordinal).ThenBy(r => r.Target, StringComparer.Ordinal)]);

        ReportRow Row(string @namespace, string? schedule, string target, RunStatistics statistics) =>
            new(@namespace, schedule, target, statistics.Over(period, now), [.. statistics.Anomalies.Where(a => a.At >= now - period.Length)]);
    }

    private static RunStatistics Sum(IEnumerable<MySqlBackup> ended) => new RunStatistics().Add(ended.Select(ScheduledBackups.Read));
}
