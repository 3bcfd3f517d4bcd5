using BackupOperator.Core.Conditions;

namespace BackupOperator.Core.Runs;

/// <summary>What is left to be done for a run that is over: give back what it holds in the cluster.</summary>
internal static class CleanUpPlanner
{
    public static RunDecision Decide(RunObservation o)
    {
        // The finalizer is there exactly while the run may hold something in the cluster: without it, nothing is left.
        if (!o.HasFinalizer)
        {
            return new RunDecision { Stage = o.Stage };
        }

        var actions = new List<RunAction>();
        if (o.HoldsLease)
        {
            actions.Add(new RunAction.ReleaseLease());
        }

        actions.Add(new RunAction.DeleteAccess());
        foreach (var (job, purpose) in new[] { (o.Job, JobPurpose.Run), (o.RollBackJob, JobPurpose.RollBack), (o.PreflightJob, JobPurpose.Preflight) })
        {
            if (job is { IsOurs: true, Outcome: not JobOutcome.Active, Expires: false, Deleting: false })
            {
                actions.Add(new RunAction.ExpireJob(purpose));
            }
        }

        // A pod that lingers keeps its Job from ever ending.
        foreach (var (job, purpose) in new[] { (o.Job, JobPurpose.Run), (o.RollBackJob, JobPurpose.RollBack) })
        {
            if (job is { IsOurs: true, Outcome: JobOutcome.Active, Deleting: false })
            {
                actions.Add(new RunAction.DeleteJob(purpose, job.Uid));
            }
        }

        actions.Add(new RunAction.RemoveFinalizer());
        return new RunDecision
        {
            Stage = o.Stage,
            Actions = actions,
            Conditions = [RunConditions.LockHeld(false, "Released")],
            RequeueAfter = RunPlanner.Soon,
        };
    }
}
