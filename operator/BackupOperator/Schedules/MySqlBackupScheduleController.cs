using BackupOperator.Catalogs;
using BackupOperator.Core.Conditions;
using BackupOperator.Core.Scheduling;
using BackupOperator.Core.Statistics;
using BackupOperator.Kubernetes.Crds.Attributes;
using BackupOperator.Kubernetes.Events;
using BackupOperator.Kubernetes.Reconciliation;
using BackupOperator.Notifications;
using BackupOperator.Retention;
using BackupOperator.Statuses;

namespace BackupOperator.Schedules;

/// <summary>
/// Creates the backups of schedules. A backup is created before that is written down: its name follows from its tick, so
/// that an operator that dies in between creates it no second time.
/// </summary>
[EntityRbac(typeof(MySqlBackupSchedule), Verbs = RbacVerb.Read)]
[EntityRbac(typeof(MySqlBackupSchedule), Verbs = RbacVerb.Get | RbacVerb.Patch, Subresource = "status")]
[EntityRbac(typeof(MySqlBackupSchedule), Verbs = RbacVerb.Update, Subresource = "finalizers")]
[EntityRbac(typeof(MySqlBackup), Verbs = RbacVerb.Read | RbacVerb.Create | RbacVerb.Patch | RbacVerb.Delete)]
[EntityRbac(typeof(V1StatefulSet), Verbs = RbacVerb.Get)]
internal sealed class MySqlBackupScheduleController(
    ScheduleObserver observer,
    ScheduleActions actions,
    RetentionKeeper retention,
    CatalogImporter catalog,
    StatusWriter statuses,
    Stalls stalls,
    IEventPublisher events,
    INotifier notifier,
    TimeProvider time,
    ILogger<MySqlBackupScheduleController> logger)
    : IEntityController<MySqlBackupSchedule>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    /// <summary>A clock that was set meanwhile is noticed.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public async Task<ReconciliationResult<MySqlBackupSchedule>> ReconcileAsync(MySqlBackupSchedule schedule, CancellationToken cancellationToken)
    {
        try
        {
            var result = await LookAsync(schedule, cancellationToken);
            await GoesOnAsync(result.Entity, cancellationToken);
            return result;
        }
        catch (Exception e) when (Stalls.Concerns(e))
        {
            await stalls.TellAsync(
                schedule, Stalls.ReconcileFailed, $"The operator cannot go on with it, and tries again: {e.Message}", s => s.Status.Conditions,
                Stall, cancellationToken);
            throw;
        }
    }

    private static void Stall(MySqlBackupSchedule schedule, List<V1Condition> conditions)
    {
        schedule.Status.Conditions = conditions;
        schedule.Status.Message = conditions.Find(c => c.Type == ConditionType.Stalled)!.Message;
    }

    // Only after all of it went well: a part of it can fail each time.
    private async Task GoesOnAsync(MySqlBackupSchedule schedule, CancellationToken cancellationToken)
    {
        var conditions = ConditionMapper.Read(schedule.Status.Conditions);
        if (conditions.Find(ConditionType.Stalled) is not null)
        {
            var next = StatusWriter.Clone(schedule);
            next.Status.Conditions = ConditionMapper.Write(Stalls.Without(conditions));
            await statuses.WriteAsync(schedule, next, cancellationToken);
        }
    }

    private async Task<ReconciliationResult<MySqlBackupSchedule>> LookAsync(MySqlBackupSchedule schedule, CancellationToken cancellationToken)
    {
        ScheduleRules rules;
        try
        {
            rules = ScheduleRulesReader.Read(schedule);
        }
        catch (FormatException e)
        {
            await RefuseAsync(schedule, e.Message, cancellationToken);
            return ReconciliationResult<MySqlBackupSchedule>.Success(schedule);
        }

        var own = observer.Known(schedule);
        var decision = await DecideAsync(schedule, rules, own, cancellationToken);
        if (decision.Start is not null)
        {
            // What is started must know of everything that is under way, and the watch may be behind.
            own = await observer.ReadAsync(schedule, cancellationToken);
            decision = await DecideAsync(schedule, rules, own, cancellationToken);
        }

        var refusal = await StartAsync(schedule, decision, cancellationToken);
        var memory = decision.Start is not { } start ? decision.Memory : refusal is null ? start.Memory : SchedulePlanner.Refuse(decision, refusal);
        var next = StatusWriter.Clone(schedule);
        var now = time.GetUtcNow();
        Describe(next, memory, decision, refusal, own, now);
        next.Status.IntervalSeconds = (long?)rules.Timetable.LongestGap(now)?.TotalSeconds;
        var review = retention.Review(schedule);
        next.Status.Retention = review?.Describe();
        var (written, changed) = await statuses.WriteAsync(schedule, next, cancellationToken);
        if (changed)
        {
            Tell(written, decision, refusal);
            retention.Tell(written, schedule.Status.Retention, review);
        }

        await retention.DecideAsync(schedule, review, cancellationToken);
        await actions.DeleteAsync(schedule, own.Where(b => decision.Forget.Contains(b.Metadata.Name!)), cancellationToken);
        var import = await catalog.ReconcileAsync(written, cancellationToken);
        var again = LookAgain(decision, refusal, review is not null, memory.Statistics);
        return ReconciliationResult<MySqlBackupSchedule>.Success(written, import < again || again is null ? import : again);
    }

    public Task<ReconciliationResult<MySqlBackupSchedule>> DeletedAsync(MySqlBackupSchedule schedule, CancellationToken cancellationToken) =>
        Task.FromResult(ReconciliationResult<MySqlBackupSchedule>.Success(schedule));

    private async Task<ScheduleDecision> DecideAsync(
        MySqlBackupSchedule schedule, ScheduleRules rules, IReadOnlyList<MySqlBackup> own, CancellationToken cancellationToken) =>
        SchedulePlanner.Decide(await observer.ObserveAsync(schedule, rules, own, cancellationToken), time.GetUtcNow());

    private async Task<string?> StartAsync(MySqlBackupSchedule schedule, ScheduleDecision decision, CancellationToken cancellationToken)
    {
        if (decision.Start is not { } start)
        {
            return null;
        }

        await actions.CancelAsync(schedule, decision.Cancel, cancellationToken);
        return await actions.CreateAsync(schedule, start, cancellationToken);
    }

    private void Describe(MySqlBackupSchedule schedule, ScheduleMemory memory, ScheduleDecision decision, string? refusal, IReadOnlyList<MySqlBackup> own, DateTimeOffset now)
    {
        var status = schedule.Status;
        ScheduleMemoryMapper.Write(status, memory, now);
        ScheduledBackups.Describe(status, own);
        status.NextScheduleTime = decision.NextStart;
        status.Message = refusal ?? decision.Message;
        Merge(schedule, ScheduleConditions.Of(memory));
    }

    private async Task RefuseAsync(MySqlBackupSchedule schedule, string problem, CancellationToken cancellationToken)
    {
        var next = StatusWriter.Clone(schedule);
        next.Status.NextScheduleTime = null;
        next.Status.Message = problem;
        Merge(next, [ScheduleConditions.Refused(problem)]);
        var (written, changed) = await statuses.WriteAsync(schedule, next, cancellationToken);
        if (changed)
        {
            events.Publish(written, "InvalidSchedule", problem, EventType.Warning);
            logger.LogWarning("The schedule cannot be carried out: {Problem}", problem);
        }
    }

    private void Merge(MySqlBackupSchedule schedule, IReadOnlyList<Condition> conditions)
    {
        schedule.Status.ObservedGeneration = schedule.Metadata.Generation;
        schedule.Status.Conditions = ConditionMapper.Write(
            ConditionSet.Merge(ConditionMapper.Read(schedule.Status.Conditions), conditions, schedule.Metadata.Generation, time.GetUtcNow()));
    }

    private void Tell(MySqlBackupSchedule schedule, ScheduleDecision decision, string? refusal)
    {
        foreach (var news in decision.News)
        {
            events.Publish(schedule, news.Reason, news.Message, news.IsWarning ? EventType.Warning : EventType.Normal);
            logger.Log(news.IsWarning ? LogLevel.Warning : LogLevel.Information, "{Reason}: {Message}", news.Reason, news.Message);
            if (news.Reason == ScheduleNews.Missed)
            {
                notifier.Notify(new Notification(
                    NotificationKind.BackupMissed, schedule.Metadata.Namespace!, schedule.Spec.Template.Spec.Target.StatefulSet,
                    $"{schedule.Kind} {schedule.Metadata.Name}", news.Reason, news.Message, time.GetUtcNow()));
            }
        }

        if (refusal is not null)
        {
            events.Publish(schedule, WaitReason.Refused, refusal, EventType.Warning);
            logger.LogWarning("{Reason}: {Message}", WaitReason.Refused, refusal);
        }
        else if (decision.Start is { } start)
        {
            var what = $"MySqlBackup {start.Name} is created" + (start.Tick is { } tick ? $" for the tick of {tick:u}" : $" ({start.Cause})");
            events.Publish(schedule, "BackupCreated", what);
            logger.LogInformation("{Message}", what);
        }
    }

    private TimeSpan? LookAgain(ScheduleDecision decision, string? refusal, bool retains, RunStatistics statistics)
    {
        if (refusal is not null)
        {
            return Soon;
        }

        if (decision.Start is not null)
        {
            // There may be more to do: a tick beside a token.
            return TimeSpan.FromMilliseconds(100);
        }

        // What is too old becomes so without any event.
        var now = time.GetUtcNow();
        var wait = new[] { decision.LookAgain - now, statistics.NextChange(StatisticsPeriod.All, now) - now, retains ? Longest : null }.Min();
        return wait is not { } longest ? null : longest < TimeSpan.Zero ? TimeSpan.Zero : longest < Longest ? longest : Longest;
    }
}
