using BackupOperator.Core.Backups;
using BackupOperator.Core.Catalogs;
using BackupOperator.Core.Durations;
using BackupOperator.Core.Retention;

namespace BackupOperator.Retention;

/// <summary>What the retention of a schedule makes of what there is. Pure.</summary>
/// <param name="Postponed">Why nothing is removed now; null where nothing stands against it.</param>
internal sealed record RetentionReview(IReadOnlyList<RetentionVerdict> Verdicts, IReadOnlyDictionary<string, MySqlBackup> Backups, string? Postponed)
{
    private const int MostTold = 50;

    /// <summary>The backups that go, the oldest first, and why.</summary>
    public IEnumerable<(MySqlBackup Backup, string Why)> Removals =>
        Verdicts.Where(v => !v.Keep).Reverse().Select(v => (Backups[v.Backup.Id], string.Join(", ", v.Reasons)));

    /// <param name="backups">All that are known.</param>
    /// <param name="zone">That of the schedule.</param>
    public static RetentionReview Of(
        MySqlBackupSchedule schedule, IEnumerable<MySqlBackup> backups, IReadOnlyCollection<MySqlRestore> restores, TimeZoneInfo zone, DateTimeOffset now)
    {
        var template = schedule.Spec.Template.Spec;
        var together = backups.Where(b => GoodBackups.AreTogether(b, schedule.Metadata.Namespace, template.Target.StatefulSet, template.Storage)).ToList();
        var own = together.Where(b => b.Label(ScheduleMetadata.Schedule) == schedule.Metadata.Name && GoodBackups.IsGood(b))
            .DistinctBy(b => b.Status.BackupId).ToDictionary(b => b.Status.BackupId!, StringComparer.Ordinal);

        // Those that are about to go need what they build on until they are gone.
        var others = together.Where(b => b.Status is { Phase: BackupPhase.Completed, BackupId: { } id } && !own.ContainsKey(id)).Select(b => GoodBackups.Read(b)).ToList();
        var verdicts = RetentionPlanner.Decide(
            PolicyOf(schedule.Spec.Retention!), [.. own.Values.Select(b => GoodBackups.Read(b, GoodBackups.ReadBy(b, restores)))], others, zone, now);
        var postponed = GoodBackups.Building(together) is { } building ? $"MySqlBackup {building.Metadata.Name} is under way and may build on any of them"
            : schedule.Spec.Catalog.Import && schedule.Status.Catalog?.Phase != CatalogPhase.Imported ? "spec.catalog.import is not done: not all that may build on them is known"
            : null;
        return new RetentionReview(verdicts, own, postponed);
    }

    public RetentionStatus Describe()
    {
        var removals = Removals.ToList();
        return new RetentionStatus
        {
            Keep = Verdicts.Count - removals.Count,
            Remove = removals.Count,
            Next = removals.Count == 0 ? null : [.. removals.Take(MostTold).Select(r => new RemovalStatus { Name = r.Backup.Metadata.Name, Why = r.Why })],
            Message = removals.Count == 0 ? null : Postponed,
        };
    }

    private static RetentionPolicy PolicyOf(ScheduleRetention spec) => new()
    {
        KeepLast = spec.KeepLast,
        KeepHourly = spec.KeepHourly,
        KeepDaily = spec.KeepDaily,
        KeepWeekly = spec.KeepWeekly,
        KeepMonthly = spec.KeepMonthly,
        KeepYearly = spec.KeepYearly,
        MaxAge = spec.MaxAge is { } age ? DurationText.Parse(age) : null,
        MaxCount = spec.MaxCount,
        MaxTotalSize = spec.MaxTotalSize?.Value,
        MinCount = spec.MinCount,
    };
}
