using System.Diagnostics.Metrics;
using BackupOperator.Runs;

namespace BackupOperator.Metrics;

/// <summary>
/// Counts runs as they end. A run ends in the one status write of this operator that moves it into its last phase, whose
/// precondition is the resourceVersion; so it is counted once, however often it is looked at.
/// </summary>
internal sealed class RunMetrics
{
    private static readonly RunStage[] Results = [RunStage.Completed, RunStage.Failed, RunStage.Cancelled];
    private static readonly InstrumentAdvice<double> Durations = new() { HistogramBucketBoundaries = [10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 43200] };
    private static readonly InstrumentAdvice<double> Downtimes = new() { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600] };

    private readonly Counter<long> backups;
    private readonly Counter<long> restores;
    private readonly Counter<long> verificationFailures;
    private readonly (Histogram<double> Duration, Histogram<double> Downtime) ofBackups;
    private readonly (Histogram<double> Duration, Histogram<double> Downtime) ofRestores;

    public RunMetrics(Meter meter)
    {
        backups = meter.CreateCounter<long>("mysqlbackup_backups_total", description: "Backups that have ended.");
        restores = meter.CreateCounter<long>("mysqlbackup_restores_total", description: "Restores that have ended.");
        verificationFailures = meter.CreateCounter<long>(
            "mysqlbackup_verification_failures_total", description: "Runs that found a backup to be damaged.");
        ofBackups = (
            meter.CreateHistogram("mysqlbackup_backup_duration_seconds", "s", "Time from the start of a backup to its end.", advice: Durations),
            meter.CreateHistogram("mysqlbackup_backup_downtime_seconds", "s", "Time for which a backup has stopped MySQL.", advice: Downtimes));
        ofRestores = (
            meter.CreateHistogram("mysqlbackup_restore_duration_seconds", "s", "Time from the start of a restore to its end.", advice: Durations),
            meter.CreateHistogram("mysqlbackup_restore_downtime_seconds", "s", "Time for which a restore has stopped MySQL.", advice: Downtimes));
    }

    /// <summary>Begins the counters of a target at zero: what rises from nothing is no rise to an alert.</summary>
    public void Expect(IRunEntity run)
    {
        foreach (var result in Results)
        {
            Count(run, result, 0);
        }

        verificationFailures.Add(0, TagList(run));
    }

    /// <param name="before">The run as it was read.</param>
    /// <param name="after">The run as the API server has taken it.</param>
    public void Written(IRunEntity before, IRunEntity after)
    {
        var result = RunLookup.StageOf(after);
        if (RunLookup.StageOf(before).IsOver() || !result.IsOver())
        {
            return;
        }

        Count(after, result, 1);
        var status = after.RunStatus;
        var (duration, downtime) = after is MySqlBackup ? ofBackups : ofRestores;
        if (status is { StartTime: { } start, CompletionTime: { } end })
        {
            duration.Record((end - start).TotalSeconds, [new("result", result), .. TagList(after)]);
        }

        if (status.DowntimeSeconds is { } seconds)
        {
            downtime.Record(seconds, TagList(after));
        }

        if (status.Failure?.Reason == FailureReason.CorruptArchive)
        {
            verificationFailures.Add(1, TagList(after));
        }
    }

    private void Count(IRunEntity run, RunStage result, long by)
    {
        if (run is MySqlBackup backup)
        {
            backups.Add(by, [new("result", result), new("type", backup.Spec.Type), new("method", backup.Spec.Method), .. TagList(run)]);
        }
        else
        {
            restores.Add(by, [new("result", result), .. TagList(run)]);
        }
    }

    private static KeyValuePair<string, object?>[] TagList(IRunEntity run) => TargetMetrics.Tags(run.Metadata.Namespace, run.RunSpec.Target.StatefulSet);
}
