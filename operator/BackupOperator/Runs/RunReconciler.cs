using BackupOperator.Core.Conditions;
using BackupOperator.Kubernetes.Events;
using BackupOperator.Metrics;
using BackupOperator.Notifications;
using BackupOperator.Statuses;

namespace BackupOperator.Runs;

/// <summary>
/// One look at a run: observe, decide, write the status, act. What is written comes before what is done, so that an
/// operator that dies in between finds its own intent.
/// </summary>
internal sealed class RunReconciler<TEntity>(
    IRunFlow<TEntity> flow,
    RunObserver observer,
    StatusWriter statuses,
    Stalls stalls,
    RunActions actions,
    IEventPublisher events,
    RunMetrics metrics,
    RunNotifier notifier,
    TimeProvider time,
    ILogger logger)
    where TEntity : class, IRunEntity
{
    /// <summary>Steps that follow from each other at once need no queue between them; the number only ends a mistake.</summary>
    private const int MostSteps = 8;

    /// <returns>When to look again; null for not before something changes.</returns>
    public async Task<TimeSpan?> ReconcileAsync(TEntity entity, CancellationToken cancellationToken)
    {
        for (var step = 0; step < MostSteps; step++)
        {
            if (await LookAsync(entity, cancellationToken) is not var (world, fresh, verdict, next))
            {
                return null;
            }

            var (written, changed) = await statuses.WriteAsync(fresh, next, cancellationToken);
            if (changed)
            {
                metrics.Written(fresh, written);
                Tell(fresh, written);
            }

            try
            {
                await actions.ExecuteAsync(written, world, flow, verdict.Decision.Actions, cancellationToken);
            }
            catch (RejectedException e)
            {
                await RejectAsync(written, world, e, cancellationToken);
            }
            catch (Exception e) when (e is RefusedException || (Stalls.Concerns(e) && RunStatusBuilder.MayStall(verdict.Decision)))
            {
                var reason = e is RefusedException ? Stalls.Refused : Stalls.ReconcileFailed;
                await stalls.TellAsync(written, reason, e.Message, r => r.RunStatus.Conditions, Stall, cancellationToken);
                throw;
            }

            if (verdict.Decision.Actions.Any(a => a is RunAction.RemoveFinalizer))
            {
                // The last thing that is ever done; where the resource is being deleted, it is gone now.
                return flow.After(written);
            }

            var goesOn = verdict.Decision.Actions.Count > 0 || world.Run.Stage != verdict.Decision.Stage || verdict.Decision.RecordIntent
                || verdict.Decision.Revision is not null
                || (verdict.Decision.Ending is not null && world.Run.Ending is null);
            if (!goesOn)
            {
                return verdict.Decision.RequeueAfter;
            }

            entity = written;
        }

        return TimeSpan.FromSeconds(1);
    }

    /// <summary>Observes and decides. What goes wrong in it is told in the resource: it would be looked at in vain for ever, and nobody would know.</summary>
    private async Task<(World World, TEntity Fresh, RunVerdict<TEntity> Verdict, TEntity Next)?> LookAsync(TEntity entity, CancellationToken cancellationToken)
    {
        try
        {
            if (await observer.ObserveAsync(entity, flow, cancellationToken) is not var (world, fresh))
            {
                return null;
            }

            var now = time.GetUtcNow();
            var verdict = flow.Decide(fresh, world, now);
            var next = StatusWriter.Clone(fresh);
            RunStatusBuilder.Apply(next, world, verdict, flow, now);
            return (world, fresh, verdict, next);
        }
        catch (Exception e) when (Stalls.Concerns(e))
        {
            await stalls.TellAsync(entity, Stalls.ReconcileFailed, $"The operator cannot go on with it, and tries again: {e.Message}", r => r.RunStatus.Conditions, StallUnseen, cancellationToken);
            throw;
        }
    }

    private void StallUnseen(TEntity run, List<V1Condition> conditions)
    {
        // As New or Queued it would hold up whoever waits for the same target, and a slot.
        if (run.RunStatus.StartTime is null && !flow.StageOf(run).IsOver())
        {
            flow.SetPending(run);
        }

        Stall(run, conditions);
    }

    private void Stall(TEntity run, List<V1Condition> conditions)
    {
        run.RunStatus.Conditions = conditions;
        if (!flow.StageOf(run).IsOver())
        {
            run.RunStatus.Message = conditions.Find(c => c.Type == ConditionType.Stalled)!.Message;
        }
    }

    private async Task RejectAsync(TEntity entity, World world, RejectedException problem, CancellationToken cancellationToken)
    {
        // An ending that is recorded already keeps its reason, and what comes after the end does not change how it ended.
        if (world.Run.Ending is not null || world.Run.Stage.IsOver())
        {
            events.Publish(entity, problem.Reason, problem.Message, EventType.Warning);
            throw problem;
        }

        var next = StatusWriter.Clone(entity);
        var ending = RunPlanner.Reject(world.Run, problem.Reason, problem.Message, time.GetUtcNow()).Ending;
        next.RunStatus.Ending = EndingMapper.Write(ending);
        next.RunStatus.Message = problem.Message;
        var (written, _) = await statuses.WriteAsync(entity, next, cancellationToken);
        Tell(entity, written);
    }

    private void Tell(TEntity before, TEntity after)
    {
        notifier.Written(before, after);
        foreach (var news in flow.News(before, after))
        {
            events.Publish(after, news.Reason, news.Message, news.Type);
            logger.Log(news.Type == EventType.Warning ? LogLevel.Warning : LogLevel.Information, "{Reason}: {Message}", news.Reason, news.Message);
        }

        var (was, now) = (before.RunStatus, after.RunStatus);
        if (was.Ending is null && now.Ending is { } ending)
        {
            events.Publish(after, "Ending", $"{ending.Reason}: {ending.Message}", EventType.Warning);
            logger.LogWarning("The run ends: {Reason}: {Message}", ending.Reason, ending.Message);
        }

        if (now.Revisions is [.., var last] && now.Revisions.Count > (was.Revisions?.Count ?? 0))
        {
            events.Publish(after, "JobReplaced", $"{last.Reason}: {last.Message}", EventType.Normal);
            logger.LogInformation("The Job is replaced: {Reason}: {Message}", last.Reason, last.Message);
        }

        if (was.PhaseName == now.PhaseName)
        {
            return;
        }

        var message = now.Failure is { } failure ? $"{failure.Reason}: {failure.Message}" : now.Message ?? Sentence(after);
        events.Publish(after, now.PhaseName ?? "Unknown", message, now.Failure is null ? EventType.Normal : EventType.Warning);
        logger.LogInformation("Phase {Before} → {After}: {Message}", was.PhaseName ?? "none", now.PhaseName, message);
        if (now.Failure?.Runbook is { } runbook)
        {
            events.Publish(after, FailureReason.DatabaseNotRestored, $"MySQL did not come back. Run:\n{runbook}", EventType.Warning);
        }
    }

    private static string Sentence(TEntity entity) => entity.RunStatus.DowntimeSeconds is { } seconds
        ? $"{entity.Kind} is {entity.RunStatus.PhaseName}; MySQL was stopped for {seconds:0.0} s"
        : $"{entity.Kind} is {entity.RunStatus.PhaseName}";
}
