using BackupOperator.Core.Runs;
using BackupOperator.Core.Scheduling;

namespace BackupOperator.Core.Statistics;

/// <summary>What became of the backups of some time, as sums: two tallies make one by adding them up.</summary>
public sealed record RunTally
{
    public int Succeeded { get; init; }

    public int Failed { get; init; }

    public int Cancelled { get; init; }

    /// <summary>Ticks that nobody has run.</summary>
    public long Missed { get; init; }

    /// <summary>Good backups that were unlike those before them.</summary>
    public int Anomalies { get; init; }

    /// <summary>Good backups whose times and sizes are known, and make up the sums.</summary>
    public int Measured { get; init; }

    /// <summary>Of the measured ones, in seconds.</summary>
    public double DurationSeconds { get; init; }

    /// <summary>Of the measured ones, in seconds.</summary>
    public double DowntimeSeconds { get; init; }

    /// <summary>Of all, whatever became of them: a failed backup stops MySQL too.</summary>
    public double TotalDowntimeSeconds { get; init; }

    /// <summary>What the measured ones hold, in bytes.</summary>
    public long LogicalBytes { get; init; }

    /// <summary>What the measured ones have added to their storage, in bytes.</summary>
    public long StoredBytes { get; init; }

    /// <summary>The good ones among those that came to a result, in percent, rounded down: 100 means that none has failed. Null without a result.</summary>
    public double? SuccessPercent => Succeeded + Failed == 0 ? null : Math.Floor(1000.0 * Succeeded / (Succeeded + Failed)) / 10;

    public double? MeanDurationSeconds => Mean(DurationSeconds);

    public double? MeanDowntimeSeconds => Mean(DowntimeSeconds);

    public long? MeanLogicalBytes => Measured == 0 ? null : LogicalBytes / Measured;

    public long? MeanStoredBytes => Measured == 0 ? null : StoredBytes / Measured;

    /// <summary>A single backup that has ended.</summary>
    public static RunTally Of(ScheduledRun run, bool isAnomaly)
    {
        var tally = new RunTally
        {
            Succeeded = run.Stage == RunStage.Completed ? 1 : 0,
            Failed = run.Stage == RunStage.Failed ? 1 : 0,
            Cancelled = run.Stage == RunStage.Cancelled ? 1 : 0,
            Anomalies = isAnomaly ? 1 : 0,
            TotalDowntimeSeconds = run.DowntimeSeconds,
        };
        return run is not { Stage: RunStage.Completed, Measures: { } measures } ? tally : tally with
        {
            Measured = 1,
            DurationSeconds = measures.Duration.TotalSeconds,
            DowntimeSeconds = run.DowntimeSeconds,
            LogicalBytes = measures.LogicalBytes,
            StoredBytes = measures.StoredBytes,
        };
    }

    public static RunTally operator +(RunTally a, RunTally b) => new()
    {
        Succeeded = a.Succeeded + b.Succeeded,
        Failed = a.Failed + b.Failed,
        Cancelled = a.Cancelled + b.Cancelled,
        Missed = a.Missed + b.Missed,
        Anomalies = a.Anomalies + b.Anomalies,
        Measured = a.Measured + b.Measured,
        DurationSeconds = Rounded(a.DurationSeconds + b.DurationSeconds),
        DowntimeSeconds = Rounded(a.DowntimeSeconds + b.DowntimeSeconds),
        TotalDowntimeSeconds = Rounded(a.TotalDowntimeSeconds + b.TotalDowntimeSeconds),
        LogicalBytes = a.LogicalBytes + b.LogicalBytes,
        StoredBytes = a.StoredBytes + b.StoredBytes,
    };

    // Sums go through a status again and again: no digits that mean nothing.
    private static double Rounded(double seconds) => Math.Round(seconds, 3);

    private double? Mean(double sum) => Measured == 0 ? null : Math.Round(sum / Measured, 1);
}
