using System.Diagnostics.Metrics;
using BackupOperator.Metrics.Exposition;
using BackupOperator.Runs;

namespace BackupOperator.Metrics;

/// <summary>What is known of each target now, read from the caches of the watches at each scrape.</summary>
internal sealed class TargetMetrics
{
    private readonly RunMetrics runs;
    private readonly TimeProvider time;
    private Func<IEnumerable<V1StatefulSet>> sets = () => [];
    private Func<IEnumerable<MySqlBackup>> backups = () => [];
    private Func<IEnumerable<MySqlRestore>> restores = () => [];
    private IReadOnlyList<TargetSummary> targets = [];
    private HashSet<NamespacedName> known = [];

    public TargetMetrics(Meter meter, RunMetrics runs, TimeProvider time)
    {
        this.runs = runs;
        this.time = time;
        Gauge("mysqlbackup_backup_last_success_timestamp_seconds", "When the last good backup was complete, in seconds since 1970.", t => Completed(t.Backups.Succeeded));
        Gauge("mysqlbackup_backup_last_status", "1 where the last backup that came to a result is good, 0 where it failed.", t => Status(t.Backups.Ended));
        Gauge("mysqlbackup_backup_last_duration_seconds", "How long the last good backup took.", t => Duration(t.Backups.Succeeded));
        Gauge("mysqlbackup_restore_last_success_timestamp_seconds", "When the last good restore was complete, in seconds since 1970.", t => Completed(t.Restores.Succeeded));
        Gauge("mysqlbackup_restore_last_status", "1 where the last restore that came to a result is good, 0 where it failed.", t => Status(t.Restores.Ended));
        Gauge("mysqlbackup_restore_last_duration_seconds", "How long the last good restore took.", t => Duration(t.Restores.Succeeded));
        Gauge("mysqlbackup_database_left_stopped", "1 where MySQL was stopped by a run and nobody is going to start it in time.", t => t.LeftStopped ? 1 : 0);
        Gauge("mysqlbackup_storage_free_bytes", "What was free in the storage at the end of the last good backup; absent where a storage does not tell, as S3.", t => t.Backups.Succeeded?.Status.Report?.Backup?.StorageFreeBytes, "By");
        Gauge("mysqlbackup_storage_capacity_bytes", "What the storage of the last good backup can hold; absent where a storage does not tell, as S3.", t => t.Backups.Succeeded?.Status.Report?.Backup?.StorageCapacityBytes, "By");
        meter.CreateObservableGauge("mysqlbackup_backup_bytes", () => targets.SelectMany(BackupBytes), "By", "Size of the last good backup.");
        meter.CreateObservableGauge("mysqlbackup_restore_bytes", () => targets.SelectMany(RestoreBytes), "By", "Size of the last good restore.");

        void Gauge(string name, string description, Func<TargetSummary, double?> value, string? unit = null) => meter.CreateObservableGauge(
            name, () => targets.SelectMany(t => value(t) is { } v ? [new Measurement<double>(v, Tags(t))] : Array.Empty<Measurement<double>>()), unit, description);
    }

    public static KeyValuePair<string, object?>[] Tags(string? @namespace, string statefulSet) => [new("namespace", @namespace), new("target", statefulSet)];

    /// <summary>Where to look.</summary>
    public void Observe(Func<IEnumerable<V1StatefulSet>> sets, Func<IEnumerable<MySqlBackup>> backups, Func<IEnumerable<MySqlRestore>> restores) =>
        (this.sets, this.backups, this.restores) = (sets, backups, restores);

    /// <summary>Looks once for all metrics of a scrape.</summary>
    public void Refresh()
    {
        targets = TargetSurvey.Of(sets(), backups(), restores(), time.GetUtcNow());
        known = [.. sets().Select(NamespacedName.Of), .. backups().Select(TargetSurvey.TargetOf), .. restores().Select(TargetSurvey.TargetOf)];
        foreach (var target in targets)
        {
            foreach (var run in new IRunEntity?[] { target.Backups.Any, target.Restores.Any }.OfType<IRunEntity>())
            {
                runs.Expect(run);
            }
        }
    }

    /// <summary>Whether a series is about a StatefulSet that is gone, and of which no run is left either.</summary>
    public bool IsGone(Labels labels) =>
        labels["target"] is { } target && !known.Contains(new NamespacedName(labels["namespace"] ?? "", target));

    private static double? Completed(IRunEntity? run) => run?.RunStatus.CompletionTime?.ToUnixTimeMilliseconds() / 1000.0;

    private static double? Status(IRunEntity? run) => run is null ? null : RunLookup.StageOf(run) == RunStage.Completed ? 1 : 0;

    private static double? Duration(IRunEntity? run) => (run?.RunStatus.CompletionTime - run?.RunStatus.StartTime)?.TotalSeconds;

    private static IEnumerable<Measurement<long>> BackupBytes(TargetSummary target)
    {
        if (target.Backups.Succeeded?.Status is not { Report.Backup: { } result } status)
        {
            yield break;
        }

        yield return Bytes(result.LogicalBytes, "logical", target);
        yield return Bytes(result.StoredBytes, "stored", target);
        if (status.Progress?.BytesUploaded is { } uploaded)
        {
            yield return Bytes(uploaded, "uploaded", target);
        }
    }

    private static IEnumerable<Measurement<long>> RestoreBytes(TargetSummary target) =>
        target.Restores.Succeeded?.Status.Report?.Restore is { } result ? [Bytes(result.LogicalBytes, "logical", target)] : [];

    private static Measurement<long> Bytes(long value, string kind, TargetSummary target) => new(value, [new("kind", kind), .. Tags(target)]);

    private static KeyValuePair<string, object?>[] Tags(TargetSummary target) => Tags(target.Target.Namespace, target.Target.Name);
}
