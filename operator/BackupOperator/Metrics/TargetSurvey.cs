using BackupOperator.Core.Conditions;
using BackupOperator.Runs;
using BackupOperator.Statuses;

namespace BackupOperator.Metrics;

/// <summary>
/// Sums up the resources by StatefulSet. It needs no memory of its own, so that a new operator tells what the one before
/// told. Pure.
/// </summary>
internal static class TargetSurvey
{
    /// <summary>A summary for each StatefulSet that exists, and that a run has to do with or a mark is on.</summary>
    public static IReadOnlyList<TargetSummary> Of(
        IEnumerable<V1StatefulSet> sets, IEnumerable<MySqlBackup> backups, IEnumerable<MySqlRestore> restores, DateTimeOffset now)
    {
        var backupsOf = backups.ToLookup(TargetOf);
        var restoresOf = restores.ToLookup(TargetOf);
        return
        [
            .. from set in sets
            let name = NamespacedName.Of(set)
            let ofBackups = backupsOf[name]
            let ofRestores = restoresOf[name]
            let mark = set.Annotation(QuiesceMark.Annotation)
            where mark is not null || ofBackups.Any() || ofRestores.Any()
            select new TargetSummary(name, Last(ofBackups), Last(ofRestores), IsLeftStopped(set, mark, [.. ofBackups, .. ofRestores], now)),
        ];
    }

    public static NamespacedName TargetOf(IRunEntity run) => new(run.Metadata.Namespace ?? "", run.RunSpec.Target.StatefulSet);

    private static LastRuns<TRun> Last<TRun>(IEnumerable<TRun> runs)
        where TRun : class, IRunEntity
    {
        var ended = runs.Where(r => RunLookup.StageOf(r) is RunStage.Completed or RunStage.Failed).ToList();
        return new LastRuns<TRun>(
            ended.MaxBy(r => r.RunStatus.CompletionTime),
            ended.Where(r => RunLookup.StageOf(r) == RunStage.Completed).MaxBy(r => r.RunStatus.CompletionTime),
            runs.MaxBy(r => r.Metadata.CreationTimestamp));
    }

    private static bool IsLeftStopped(V1StatefulSet set, string? annotation, IReadOnlyList<IRunEntity> runs, DateTimeOffset now)
    {
        if (annotation is not null)
        {
            return QuiesceMark.Parse(annotation) is not { } mark
                || now >= mark.Deadline
                || !runs.Any(r => r.Metadata.Uid == mark.Run && !RunLookup.StageOf(r).IsOver() && !IsNotRestored(r));
        }

        // The mark may have been taken away by someone who did not scale up.
        return runs.MaxBy(r => r.RunStatus.StartTime) is { } last && IsNotRestored(last) && set.Spec?.Replicas < last.RunStatus.Target?.Replicas;
    }

    private static bool IsNotRestored(IRunEntity run) =>
        ConditionMapper.Read(run.RunStatus.Conditions).Find(ConditionType.DatabaseRestored)?.Status == ConditionStatus.False;
}
