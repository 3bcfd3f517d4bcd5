using BackupOperator.Core.Conditions;

namespace BackupOperator.Core.Runs;

/// <summary>
/// Brings a run to its recorded end: the Job goes, its pods go, the target comes back, and only then the outcome is
/// written. What was complete before it could be ended is complete: the outcome says what is on the disk. Where MySQL does not come back in time, the outcome says so and gives a person the commands.
/// </summary>
internal static class EndingPlanner
{
    public static RunDecision Decide(RunObservation o, Ending ending, DateTimeOffset now)
    {
        // Two Jobs that are being deleted hold nothing up where it is only lost pods that they wait for.
        if (o.Job is { IsOurs: true, Outcome: JobOutcome.Active } job && !(job.Deleting && o.HasOnlyLostPods))
        {
            var wait = Wait(o, ending, "Waiting for the sidecar to undo its work and end");
            return job.Deleting ? wait : wait with { Actions = [new RunAction.DeleteJob(JobPurpose.Run, job.Uid)] };
        }

        if (o.PreflightJob is { IsOurs: true, Outcome: JobOutcome.Active } preflight && !(preflight.Deleting && o.HasOnlyLostPods))
        {
            var wait = Wait(o, ending, "Waiting for the Job that checks what the backup needs to end");
            return preflight.Deleting ? wait : wait with { Actions = [new RunAction.DeleteJob(JobPurpose.Preflight, preflight.Uid)] };
        }

        if (o.RollBackJob is { Outcome: JobOutcome.Active } rollBack)
        {
            var settled = LingeringPod.Settle(rollBack, o.Pods, now)!;
            if (settled.Outcome != JobOutcome.Succeeded)
            {
                // Its next pod does not come before the last one has ended; another Job's does.
                var wait = Wait(o, ending, "Putting the old data back");
                return settled.Outcome == JobOutcome.Failed && !rollBack.Deleting ? wait with { Actions = [new RunAction.DeleteJob(JobPurpose.RollBack, rollBack.Uid)] } : wait;
            }

            o = o with { RollBackJob = settled };
        }

        if (o.Pods.FirstOrDefault(p => p.Alive && !OrphanedPod.Is(p, o, ending, now)) is { } pod)
        {
            return Wait(o, ending, $"Waiting for pod {pod.Name} to undo its work and end");
        }

        // Nobody but the journal's own run may go on with a swap, and that one must be able to read whose it is.
        if (o.LostItsMark || (o.OwnMark is { RunUid.Length: 0 } && SwapPlanner.MayBeOpen(o)))
        {
            var message = SwapPlanner.MayBeOpen(o)
                ? "Someone has removed or changed the mark of a database whose data directories are being moved; it is put back, and MySQL stays stopped until that is undone"
                : "Someone has removed the mark of a stopped database; the operator is starting MySQL again";
            return Wait(o, ending, message) with { Actions = [new RunAction.RestoreMark(SwapPlanner.MayBeOpen(o))] };
        }

        return SwapPlanner.Decide(o, ending, now)
            ?? (o.OwnMark is not null ? BringBack(o, ending, now)
                : o.Report is { HasResult: true } ? RunPlanner.Completed(o, Sentences("It was complete before it could be ended.", ending.Message, OrphanedPod.Left(o)))
                : Over(o, ending, databaseNotRestored: false));
    }

    /// <summary>The decision that ends the run.</summary>
    public static RunDecision Over(RunObservation o, Ending ending, bool databaseNotRestored)
    {
        var progress = RunConditions.OfProgress(o).ToList();
        var left = SwapPlanner.Left(o);
        var message = Sentences(ending.Message, left, OrphanedPod.Left(o));

        // Cancelled would say that nothing has changed.
        var outcome = left is null ? ending.Outcome : RunStage.Failed;
        if (databaseNotRestored)
        {
            progress.RemoveAll(c => c.Type == ConditionType.DatabaseRestored);
            progress.Add(new Condition(
                ConditionType.DatabaseRestored, ConditionStatus.False, "NotAnswering",
                "MySQL does not answer; the operator goes on trying, and status.failure.runbook has the commands for you"));
            message = ending.Reason == RunReason.DatabaseNotRestored ? message : $"{message} MySQL has not come back since.";
        }

        return new RunDecision
        {
            Stage = outcome,
            Failure = outcome == RunStage.Failed || databaseNotRestored
                ? new RunFailureInfo(ending.Reason, message, ending.Retryable && !databaseNotRestored)
                : null,
            NeedsRunbook = databaseNotRestored,
            Message = message,
            Conditions =
            [
                .. progress,
                RunConditions.LockHeld(false, "Released"),
                RunConditions.Complete(false, ending.Reason, message),
            ],
            RequeueAfter = RunPlanner.Soon,
        };
    }

    private static string Sentences(params string?[] sentences) => string.Join(' ', sentences.Where(s => s is not null));

    private static RunDecision BringBack(RunObservation o, Ending ending, DateTimeOffset now)
    {
        if (ending.SidecarGoneAt is not { } goneAt)
        {
            return Wait(o, ending with { SidecarGoneAt = now }, "The operator is starting MySQL again");
        }

        var since = o.RollBackJob?.FinishedAt ?? goneAt;
        return now - since > o.Limits.Resume
            ? Over(o, ending, databaseNotRestored: true)
            : Wait(o, ending, "The operator is starting MySQL again");
    }

    internal static RunDecision Wait(RunObservation o, Ending ending, string message) => new()
    {
        Stage = o.Stage.IsStarted() ? o.Stage : RunStage.Running,
        Step = o.Report?.Step,
        Ending = ending,
        Message = message,
        Conditions = [.. RunConditions.OfProgress(o with { Ending = ending })],
        RequeueAfter = RunPlanner.Soon,
    };
}
