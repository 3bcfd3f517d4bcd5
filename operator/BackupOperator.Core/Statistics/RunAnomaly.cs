using System.Globalization;
using BackupOperator.Core.Durations;
using BackupOperator.Core.Scheduling;
using BackupOperator.Core.Sizes;

namespace BackupOperator.Core.Statistics;

/// <summary>A good backup that is unlike those before it.</summary>
/// <param name="Run">Its name.</param>
/// <param name="At">When it ended.</param>
/// <param name="Message">What is unusual, in one sentence.</param>
public sealed record RunAnomaly(string Run, DateTimeOffset At, string Reason, string Message)
{
    /// <summary>The reason where it took more than twice the mean, and more than a minute.</summary>
    public const string Slow = nameof(Slow);

    /// <summary>The reason where what it holds is more than 50 % off the mean.</summary>
    public const string SizeOff = nameof(SizeOff);

    /// <summary>A mean of fewer says nothing.</summary>
    private const int FewestToCompare = 3;

    /// <summary>Tiny backups take twice as long easily.</summary>
    private static readonly TimeSpan NeverSlow = TimeSpan.FromMinutes(1);

    /// <param name="before">The backups to compare with.</param>
    public static IEnumerable<RunAnomaly> Find(ScheduledRun run, RunTally before)
    {
        if (run is not { Stage: Runs.RunStage.Completed, CompletedAt: { } at, Measures: { } measures } || before.Measured < FewestToCompare)
        {
            yield break;
        }

        var mean = TimeSpan.FromSeconds(before.DurationSeconds / before.Measured);
        if (measures.Duration > 2 * mean && measures.Duration > NeverSlow)
        {
            yield return new RunAnomaly(run.Name, at, Slow, $"It took {DurationText.Format(measures.Duration)}, more than twice the mean of {DurationText.Format(mean)}");
        }

        var size = (double)before.LogicalBytes / before.Measured;
        if (size > 0 && Math.Abs((measures.LogicalBytes / size) - 1) > 0.5)
        {
            var off = ((measures.LogicalBytes / size) - 1).ToString("+0 %;-0 %", CultureInfo.InvariantCulture);
            yield return new RunAnomaly(
                run.Name, at, SizeOff, $"It holds {SizeText.Format(measures.LogicalBytes)}, {off} off the mean of {SizeText.Format((long)size)}");
        }
    }
}
