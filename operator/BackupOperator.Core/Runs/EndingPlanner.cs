using BackupOperator.Core.Conditions;

namespace BackupOperator.Core.Runs;

/// <summary>
/// Brings a run to its recorded end: the Job goes, its pods go, the target comes back, and only then the outcome is
/// written. Where MySQL does not come back in time, the outcome says so and gives a person the commands.
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

        if (o.RollBackJob is { Outcome: JobOutcome.Active })
        {
            return Wait(o, ending, "Putting the old data back");
        }

        if (o.Pods.FirstOrDefault(p => p.Alive) is { } pod)
        {
            return Wait(o, ending, $"Waiting for pod {pod.Name} to undo its work and end");
        }

        if (o.LostItsMark)
        {
            var swapping = o.Report?.Step is SidecarStep.Swapping or SidecarStep.RollingBack;
            return Wait(o, ending, "Someone has removed the mark of a stopped database; the operator is starting MySQL again") with
            {
                Actions = [new RunAction.RestoreMark(swapping)],
            };
        }

        return o.OwnMark is { } mark ? BringBack(o, ending, mark, now) : Over(o, ending, databaseNotRestored: false);
    }

    /// <summary>The decision that ends the run.</summary>
    public static RunDecision Over(RunObservation o, Ending ending, bool databaseNotRestored)
    {
        var progress = RunConditions.OfProgress(o).ToList();
        var message = ending.Message;
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
            Stage = ending.Outcome,
            Failure = ending.Outcome == RunStage.Failed || databaseNotRestored
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

    private static RunDecision BringBack(RunObservation o, Ending ending, MarkObservation mark, DateTimeOffset now)
    {
        if (ending.SidecarGoneAt is not { } goneAt)
        {
            return Wait(o, ending with { SidecarGoneAt = now }, "The operator is starting MySQL again");
        }

        if (mark.Swapping)
        {
            return o.RollBackJob switch
            {
                // Where its Job cannot be made for as long, a deletion is not held up for ever: the guard has the mark, and calls a person.
                null when o.Deleting && now - goneAt > o.Limits.Resume => Over(o, ending, databaseNotRestored: true),
                null => Wait(o, ending, "Putting the old data back") with
                {
                    Actions = [new RunAction.CreateAccess(), new RunAction.CreateJob(JobPurpose.RollBack)],
                },
                _ => Over(o, ending, databaseNotRestored: true),
            };
        }

        var since = o.RollBackJob?.FinishedAt ?? goneAt;
        return now - since > o.Limits.Resume
            ? Over(o, ending, databaseNotRestored: true)
            : Wait(o, ending, "The operator is starting MySQL again");
    }

    private static RunDecision Wait(RunObservation o, Ending ending, string message) => new()
    {
        Stage = o.Stage.IsStarted() ? o.Stage : RunStage.Running,
        Step = o.Report?.Step,
        Ending = ending,
        Message = message,
        Conditions = [.. RunConditions.OfProgress(o with { Ending = ending })],
        RequeueAfter = RunPlanner.Soon,
    };
}
