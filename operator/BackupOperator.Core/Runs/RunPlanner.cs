using BackupOperator.Core.Conditions;

namespace BackupOperator.Core.Runs;

/// <summary>
/// What backups and restores have in common: queue, Lease, intent, Job, end. Every call derives the stage anew from the
/// world; the status contributes only what was recorded on purpose (the intent, the Job's uid, the ending).
/// </summary>
public static class RunPlanner
{
    internal static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    internal static readonly TimeSpan Later = TimeSpan.FromSeconds(5);

    public static RunDecision Decide(RunObservation o, DateTimeOffset now)
    {
        if (o.Stage.IsOver())
        {
            return CleanUpPlanner.Decide(o);
        }

        if (o.Ending is { } ending)
        {
            return EndingPlanner.Decide(o, ending, now);
        }

        o = o with { Job = LingeringPod.Settle(o.Job, o.Pods, now) };

        // A Job that has done its work is looked at before any wish to stop it: what is complete is complete.
        if (o.Job is { IsOurs: true, Outcome: JobOutcome.Succeeded })
        {
            return Succeeded(o, now);
        }

        if (o.CancelRequested || o.Deleting)
        {
            var message = o.Deleting ? "The resource was deleted while the run was under way" : "Cancelled by spec.cancel";
            return End(o, RunStage.Cancelled, RunReason.Cancelled, message, retryable: false, now);
        }

        if (o.StartedAt is not { } startedAt)
        {
            return StartPlanner.Decide(o, now);
        }

        if (now - startedAt > o.Limits.Total)
        {
            return End(
                o, RunStage.Failed, RunReason.TotalTimeout,
                "The run did not end within spec.timeouts.total; raise it, or look for what slowed the run down", retryable: true, now);
        }

        return o.Job is { } job ? WithJob(o, job, startedAt, now) : WithoutJob(o, startedAt, now);
    }

    /// <summary>The decision when the API server refuses for good what the run has to create.</summary>
    public static RunDecision Reject(RunObservation o, string reason, string message, DateTimeOffset now) =>
        End(o, RunStage.Failed, reason, message, retryable: false, now);

    /// <summary>Records the end before anything is undone; what was never started has nothing to undo.</summary>
    internal static RunDecision End(RunObservation o, RunStage outcome, string reason, string message, bool retryable, DateTimeOffset now)
    {
        var ending = new Ending(outcome, reason, message, retryable, now);
        return o.StartedAt is null && o.Job is null && o.Pods.Count == 0
            ? EndingPlanner.Over(o, ending, databaseNotRestored: false)
            : new RunDecision
            {
                Stage = o.Stage,
                Step = o.Report?.Step,
                Ending = ending,
                Message = message,
                Conditions = [.. RunConditions.OfProgress(o with { Ending = ending })],
                RequeueAfter = Soon,
            };
    }

    private static RunDecision WithoutJob(RunObservation o, DateTimeOffset startedAt, DateTimeOffset now)
    {
        // Ours, and the next one was not recorded yet.
        var replaced = o.RecordedJobUid is null && o.Revisions.Count > 0;
        if (o.RecordedJobUid is not null || (o.Report?.Step is not null && !replaced))
        {
            return End(
                o, RunStage.Failed, RunReason.JobDeleted,
                "The Job of the run was deleted by someone; create the resource again to run it again", retryable: true, now);
        }

        if (o.Target is null || o.Target.Uid != o.IntendedTargetUid)
        {
            return End(
                o, RunStage.Failed, RunReason.TargetChanged,
                "The StatefulSet was deleted or created anew before the run began; create the resource again", retryable: true, now);
        }

        if (ExclusiveClaimPlanner.BeforeJob(o, startedAt, now) is { } preflight)
        {
            return preflight;
        }

        // Pods without their Job: it was created and deleted before we saw it. They must be gone before a second one starts.
        if (o.Pods.Any(p => p.Alive))
        {
            return Between(o, "Waiting for the pods of a deleted Job to end", Soon);
        }

        return now - startedAt > o.Limits.Preparing && o.Report?.Step is null
            ? PreparingTimeout(o, o.Refusal ?? "its Job could not be created", now)
            : Between(o, o.Refusal ?? "Creating the Job", Later) with
            {
                Actions = [new RunAction.CreateAccess(), new RunAction.CreateJob(JobPurpose.Run)],
            };
    }

    private static RunDecision WithJob(RunObservation o, JobObservation job, DateTimeOffset startedAt, DateTimeOffset now)
    {
        if (!job.IsOurs)
        {
            return End(
                o, RunStage.Failed, RunReason.NameConflict,
                "A Job with the name that this run needs exists and belongs to someone else; delete or rename it, and create the resource again",
                retryable: true, now);
        }

        if (o.Revisions.FirstOrDefault(r => r.JobUid == job.Uid) is { } replaced)
        {
            var wait = Between(o, replaced.Message, Soon);
            return job.Deleting && !o.HasOnlyLostPods
                ? wait
                : wait with { Actions = [new RunAction.DeleteJob(JobPurpose.Run, job.Uid, LeavePods: o.HasOnlyLostPods)] };
        }

        if (o.RecordedJobUid is not null && job.Uid != o.RecordedJobUid)
        {
            return End(o, RunStage.Failed, RunReason.JobDeleted, "The Job of the run was replaced by someone", retryable: true, now);
        }

        if (RevisionPlanner.AfterDeathInSwap(o, job) is { } interrupted)
        {
            return Between(o, interrupted.Message, Soon) with { Revision = interrupted };
        }

        // The Job controller makes no other pod while this one is there, and it may be there for ever.
        if (job.Outcome == JobOutcome.Active && o.HasOnlyLostPods)
        {
            var lost = o.Pods.First(p => p.IsLost);
            return End(
                o, RunStage.Failed, RunReason.SidecarDied,
                $"Pod {lost.Name} should have ended long ago, and nobody hears of it: its node is lost. Run it again when the database is there; "
                + "see whether the volume is still attached to that node (kubectl describe pod, docs/operations.md)",
                retryable: true, now) with { JobUid = job.Uid };
        }

        if (job.Outcome == JobOutcome.Failed)
        {
            var cause = PostMortem.Explain(job, o.LastPod, o.Report);
            if (RevisionPlanner.Find(o, job, cause) is { } revision)
            {
                return Preparing(o, revision.Message, Soon) with { Revision = revision };
            }

            // What never began has not failed.
            var outcome = cause.Reason == RunReason.PreconditionUnmet && o.Report is null && o.OwnMark is null ? RunStage.Cancelled : RunStage.Failed;
            return End(o, outcome, cause.Reason, cause.Message, cause.Retryable, now) with { JobUid = job.Uid };
        }

        if (job.Deleting)
        {
            return End(
                o, RunStage.Failed, RunReason.JobDeleted, "The Job of the run was deleted by someone; create the resource again to run it again",
                retryable: true, now);
        }

        var last = o.LastPod;
        var waitsSince = last is { WaitingFor: not null } ? Latest(last.CreatedAt, startedAt) : startedAt;
        if ((last?.WaitingFor is not null || o.Report?.Step is null) && now - waitsSince > o.Limits.Preparing)
        {
            if (last?.Finding is { } finding)
            {
                return End(o, RunStage.Failed, finding.Reason, finding.Message, retryable: true, now) with { JobUid = job.Uid };
            }

            var why = last?.WaitingFor ?? (job.Trouble is { } trouble ? $"its Job gets no pod: {trouble}" : last is null ? "its Job has no pod" : "its pod has not reported");
            return PreparingTimeout(o, why, now) with { JobUid = job.Uid };
        }

        if (ExclusiveClaimPlanner.WithJob(o, job, now) is { } stopping)
        {
            return stopping;
        }

        if (o.Report?.Step is not { } step)
        {
            var message = last?.Finding?.Message
                ?? (last?.WaitingFor is { } waiting ? $"Waiting for pod {last.Name}: {waiting}" : NoPod(job) ?? "Waiting for the sidecar's first word");
            return Preparing(o, message, Later, last?.Finding) with { JobUid = job.Uid };
        }

        return new RunDecision
        {
            Stage = RunStage.Running,
            Step = step,
            JobUid = job.Uid,
            Message = last?.WaitingFor is { } again ? $"Waiting for pod {last.Name}: {again}" : NoPod(job),
            Conditions = last?.Finding is { } missing
                ? [RunConditions.Accepted(missing), RunConditions.LockHeld(true, "Held"), .. RunConditions.OfProgress(o)]
                : [RunConditions.LockHeld(true, "Held"), .. RunConditions.OfProgress(o)],
            RequeueAfter = Later,
        };
    }

    private static RunDecision Succeeded(RunObservation o, DateTimeOffset now)
    {
        if (o.Report is not { HasResult: true })
        {
            return End(
                o, RunStage.Failed, RunReason.ResultMissing,
                "The Job succeeded and left no result in status.report: what it stored is not to be trusted", retryable: true, now);
        }

        if (o.OwnMark is null)
        {
            return Completed(o, LingeringPod.Describe(o.LastPod) ?? "");
        }

        // The data is safe, and MySQL has not answered: the guard works on it, and the outcome waits for it.
        var waits = now - (o.Job!.FinishedAt ?? o.OwnMark.Since);
        return waits > o.Limits.Resume
            ? EndingPlanner.Over(o, NotRestored(now), databaseNotRestored: true)
            : new RunDecision
            {
                Stage = RunStage.Running,
                Step = SidecarStep.Resuming,
                JobUid = o.Job.Uid,
                Message = "The sidecar has finished; waiting for MySQL",
                Conditions = [RunConditions.LockHeld(true, "Held"), .. RunConditions.OfProgress(o)],
                RequeueAfter = Soon,
            };
    }

    /// <param name="message">What is to be said of the way there.</param>
    internal static RunDecision Completed(RunObservation o, string message = "") => new()
    {
        Stage = RunStage.Completed,
        Step = SidecarStep.Done,
        JobUid = o.Job?.Uid,
        Conditions = [RunConditions.LockHeld(false, "Released"), .. RunConditions.OfProgress(o), RunConditions.Complete(true, "Completed", message)],
        RequeueAfter = Soon,
    };

    private static Ending NotRestored(DateTimeOffset now) =>
        new(RunStage.Failed, RunReason.DatabaseNotRestored, "The run has done its work, and MySQL does not answer", Retryable: false, now);

    internal static RunDecision Preparing(RunObservation o, string message, TimeSpan requeueAfter, SpecFinding? finding = null) => new()
    {
        Stage = RunStage.Preparing,
        Message = message,
        Conditions = [RunConditions.Accepted(finding), RunConditions.LockHeld(true, "Held"), .. RunConditions.OfProgress(o)],
        RequeueAfter = requeueAfter,
    };

    /// <summary>Between two Jobs: a run that has begun its work is not preparing it any more.</summary>
    private static RunDecision Between(RunObservation o, string message, TimeSpan requeueAfter) =>
        Preparing(o, message, requeueAfter) with { Stage = o.Report?.Step is null ? RunStage.Preparing : RunStage.Running, Step = o.Report?.Step };

    internal static RunDecision PreparingTimeout(RunObservation o, string why, DateTimeOffset now) => End(
        o, RunStage.Failed, RunReason.PreparingTimeout, $"The run did not begin within spec.timeouts.preparing: {why}", retryable: true, now);

    /// <summary>What is said while a Job gets no pod; null where nobody has refused it one.</summary>
    internal static string? NoPod(JobObservation job) => job.Trouble is { } trouble ? $"Waiting for a pod of the Job: {trouble}" : null;

    internal static DateTimeOffset Latest(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
