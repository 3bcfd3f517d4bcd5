using BackupOperator.Core.Conditions;
using BackupOperator.Core.Durations;
using BackupOperator.Statuses;

namespace BackupOperator.Runs;

/// <summary>Writes a decision into the status of a resource. Pure.</summary>
internal static class RunStatusBuilder
{
    public static void Apply<TEntity>(TEntity entity, World world, RunVerdict<TEntity> verdict, IRunFlow<TEntity> flow, DateTimeOffset now)
        where TEntity : class, IRunEntity
    {
        var status = entity.RunStatus;
        var decision = verdict.Decision;
        if (status.PhaseName != verdict.Phase)
        {
            verdict.SetPhase(entity);
            status.PhaseTimes ??= [];
            status.PhaseTimes[verdict.Phase] = now;
        }

        status.ObservedGeneration = entity.Metadata.Generation;
        status.QueuePosition = decision.QueuePosition;
        if (decision.RecordIntent && world.Plan is { } plan)
        {
            status.StartTime = now;
            status.Target = TargetRecord.Of(plan.Target, world, entity.RunSpec.Job);
            flow.Record(entity, plan);
        }

        if (decision.JobUid is { } uid)
        {
            status.Job = new JobReference { Name = RunActions.JobName(entity, JobPurpose.Run), Uid = uid };
            status.Attempt = (world.Run.Job?.FailedPods ?? 0) + (world.Run.Job?.Outcome == JobOutcome.Failed ? 0 : 1)
                + world.Run.Revisions.Count(r => r.Reason == RunReason.SwapInterrupted);
        }

        if (decision.Revision is { } revision)
        {
            TargetRevision.Apply(entity, world.StatefulSet, revision);
        }

        if (decision.Stop is { } stop && status.Target is { } target)
        {
            target.Stop = StopMapper.Write(stop);
        }

        status.Ending = EndingMapper.Write(decision.Ending) ?? (decision.Stage is RunStage.Failed or RunStage.Cancelled ? status.Ending : null);
        status.Conditions = ConditionMapper.Write(
            ConditionSet.Merge(Standing(status.Conditions, decision), decision.Conditions, entity.Metadata.Generation, now));
        flow.Describe(entity);
        verdict.Record?.Invoke(entity);
        status.DowntimeSeconds = Downtime(status, world.Run, now);
        if (decision.Stage.IsOver() && !world.Run.Stage.IsOver())
        {
            Finish(entity, world, decision, now);
        }

        status.Message = decision.Stage switch
        {
            RunStage.Completed => null,
            _ when world.Run.Stage.IsOver() => status.Message,
            _ => decision.Message,
        };
    }

    /// <summary>Whether there is something to do that can go wrong, and another look after it.</summary>
    public static bool MayStall(RunDecision decision) => decision.Actions.Count > 0 && !decision.Actions.Any(a => a is RunAction.RemoveFinalizer);

    /// <summary>What keeps a run does so until the next look finds nothing to do: it was done then, or is not wanted any more.</summary>
    private static IReadOnlyList<Condition> Standing(List<V1Condition>? written, RunDecision decision) =>
        MayStall(decision) ? ConditionMapper.Read(written) : Stalls.Without(ConditionMapper.Read(written));

    private static void Finish(IRunEntity entity, World world, RunDecision decision, DateTimeOffset now)
    {
        var status = entity.RunStatus;
        var swapping = world.Run.OwnMark?.Swapping == true || status.Report?.SwapOpen == true;
        status.CompletionTime = now;
        status.Duration = status.StartTime is { } start ? DurationText.Format(now - start) : null;
        status.Failure = decision.Failure is { } failure
            ? new FailureStatus
            {
                Reason = failure.Reason,
                Message = failure.Message,
                Retryable = failure.Retryable,
                Runbook = decision.NeedsRunbook
                    ? Runbook.For(
                        entity.Metadata.Namespace!, entity.RunSpec.Target.StatefulSet, status.Target?.Replicas ?? 1,
                        swapping, status.Job?.Name, swapping ? null : status.Target?.Pod)
                    : null,
            }
            : null;
    }

    /// <summary>By the sidecar's clock where it saw MySQL answer; else, when it is gone, until we saw that the mark was gone.</summary>
    private static double? Downtime(RunStatus status, RunObservation run, DateTimeOffset now)
    {
        if (run.Report?.StoppedAt is not { } stopped || run.Stage.IsOver())
        {
            return status.DowntimeSeconds;
        }

        if (run.Report.AnsweredAt is { } answered && answered >= stopped)
        {
            return Math.Round((answered - stopped).TotalSeconds, 1);
        }

        var left = run.Ending is not null || run.Job is { Outcome: JobOutcome.Succeeded };
        return run.OwnMark is null && left && status.DowntimeSeconds is null
            ? Math.Round((now - stopped).TotalSeconds, 1)
            : status.DowntimeSeconds;
    }
}
