using BackupOperator.Core.Conditions;
using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Restores;

/// <summary>What is to be done about a restore.</summary>
public sealed record RestoreDecision(RestorePhase Phase, RunDecision Run);

/// <summary>Decides what happens next to a restore, from nothing but what was observed.</summary>
public static class RestorePlanner
{
    /// <summary>Why a restore that has ended well has not restored all pods.</summary>
    public const string OtherReplicasKeepTheirData = nameof(OtherReplicasKeepTheirData);

    /// <summary>The reason of a <see cref="ConditionType.PreviousDataRemoved"/> that waits for a person.</summary>
    public const string RemovalFailed = nameof(RemovalFailed);

    public static RestoreDecision Decide(RestoreObservation observation, DateTimeOffset now)
    {
        var run = observation.Run;
        var decision = run is { Stage: RunStage.Completed, HasFinalizer: false } && (!run.Deleting || observation.HoldsDeletion)
            ? Previous(observation, now)
            : RunPlanner.Decide(run, now);
        if (decision.Stage == RunStage.Completed && !run.Stage.IsOver() && observation.OthersKeepTheirData is { } left)
        {
            // Completed alone would say that the whole database is back.
            decision = decision with { Conditions = [.. decision.Conditions, new Condition(ConditionType.AllReplicasRestored, ConditionStatus.False, OtherReplicasKeepTheirData, left)] };
        }

        return new RestoreDecision(RestorePhases.PhaseOf(decision.Stage, decision.Step, observation.Phase), decision);
    }

    /// <summary>After success: the data of before is kept for a while, then removed by a Job of its own.</summary>
    private static RunDecision Previous(RestoreObservation o, DateTimeOffset now)
    {
        var idle = new RunDecision { Stage = RunStage.Completed };
        if (o.Run.Report?.PreviousData is not { Length: > 0 } folder || o.PreviousDataRemoved || o.CompletedAt is not { } completedAt)
        {
            return idle;
        }

        var due = completedAt + o.KeepPrevious;
        if (now < due && o.RemovePreviousJob is null)
        {
            return idle with { Conditions = [NotRemoved("Kept", $"{folder} is kept until {due.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}{(o.Run.Deleting ? "; then the resource goes" : "")}")], RequeueAfter = due - now };
        }

        return o.RemovePreviousJob switch
        {
            null => idle with
            {
                Conditions = [NotRemoved("Removing", $"{folder} is being removed" + (o.Run.Refusal is { } refusal ? $"; {refusal}" : ""))],
                Actions = [new RunAction.CreateAccess(), new RunAction.CreateJob(JobPurpose.RemovePrevious)],
                RequeueAfter = RunPlanner.Later,
            },
            { IsOurs: false } => idle with
            {
                Conditions = [NotRemoved(RunReason.NameConflict, $"{folder} stays: the Job that would remove it has a name that is taken")],
            },
            // Somebody else may have made it expire, and a Job that has failed needs its rights no more than another one.
            { Outcome: JobOutcome.Succeeded, Expires: false } => idle with
            {
                Actions = [new RunAction.DeleteAccess(), new RunAction.ExpireJob(JobPurpose.RemovePrevious)],
                RequeueAfter = RunPlanner.Soon,
            },
            { HasAccess: true } => idle with { Actions = [new RunAction.DeleteAccess()], RequeueAfter = RunPlanner.Soon },
            { Outcome: JobOutcome.Succeeded } => idle with
            {
                Conditions = [new Condition(ConditionType.PreviousDataRemoved, ConditionStatus.True, "Removed")],
            },
            { Outcome: JobOutcome.Failed } job => idle with
            {
                Conditions = [NotRemoved(RemovalFailed, $"{folder} stays: {job.Message ?? "its Job failed"}; delete Job and folder by hand, or delete the Job to try again")],
                RequeueAfter = TimeSpan.FromHours(1),
            },
            { } busy => idle with
            {
                Conditions = [NotRemoved("Removing", $"{folder} is being removed" + (RunPlanner.NoPod(busy) is { } noPod ? $"; {noPod}" : ""))],
                RequeueAfter = RunPlanner.Later,
            },
        };
    }

    private static Condition NotRemoved(string reason, string message) =>
        new(ConditionType.PreviousDataRemoved, ConditionStatus.False, reason, message);
}
