namespace BackupOperator.Core.Runs;

/// <summary>
/// Runs on a claim that one pod alone can mount (ReadWriteOncePod). The pod of the Job cannot start beside MySQL, so it
/// is the operator that stops MySQL, when that pod waits for nothing else; the sidecar takes over from there. What can go
/// wrong before (image, Secrets, storage) is tried out by a Job without the claim, while MySQL serves.
/// </summary>
internal static class ExclusiveClaimPlanner
{
    /// <returns>What is done before the Job of the run is created; null where nothing is left.</returns>
    public static RunDecision? BeforeJob(RunObservation o, DateTimeOffset startedAt, DateTimeOffset now)
    {
        if (!o.ExclusiveClaim || o.IntendedReplicas is 0 or null || o.PreflightJob is { IsOurs: true, Outcome: JobOutcome.Succeeded })
        {
            return null;
        }

        var last = o.LastPod;
        if (o.PreflightJob is not { } job)
        {
            return now - startedAt > o.Limits.Preparing
                ? RunPlanner.PreparingTimeout(o, o.Refusal ?? "the Job that checks what it needs could not be created", now)
                : RunPlanner.Preparing(o, o.Refusal ?? "Checking what the backup needs, before MySQL is stopped", RunPlanner.Later) with
                {
                    Actions = [new RunAction.CreateAccess(), new RunAction.CreateJob(JobPurpose.Preflight)],
                };
        }

        if (!job.IsOurs)
        {
            return RunPlanner.End(
                o, RunStage.Failed, RunReason.NameConflict,
                "A Job with the name that the check before this run needs exists and belongs to someone else; delete or rename it, and create the resource again",
                retryable: true, now);
        }

        if (job.Outcome == JobOutcome.Failed)
        {
            var cause = PostMortem.Explain(job, last, report: null);
            return RunPlanner.End(o, RunStage.Failed, cause.Reason, cause.Message, cause.Retryable, now);
        }

        if (last?.WaitingFor is not null && now - RunPlanner.Latest(last.CreatedAt, startedAt) > o.Limits.Preparing)
        {
            return last.Finding is { } finding
                ? RunPlanner.End(o, RunStage.Failed, finding.Reason, finding.Message, retryable: true, now)
                : RunPlanner.PreparingTimeout(o, last.WaitingFor, now);
        }

        if (last is null && now - startedAt > o.Limits.Preparing)
        {
            return RunPlanner.PreparingTimeout(o, job.Trouble is { } trouble ? $"the Job that checks what it needs gets no pod: {trouble}" : "the Job that checks what it needs has no pod", now);
        }

        var message = last?.Finding?.Message
            ?? (last?.WaitingFor is { } waiting ? $"Waiting for pod {last.Name}: {waiting}" : RunPlanner.NoPod(job) ?? "Checking what the backup needs, before MySQL is stopped");
        return RunPlanner.Preparing(o, message, RunPlanner.Later, last?.Finding);
    }

    /// <returns>What is done until the sidecar speaks; null where it does, or the claim is not what its pod waits for.</returns>
    public static RunDecision? WithJob(RunObservation o, JobObservation job, DateTimeOffset now)
    {
        if (!o.ExclusiveClaim || o.LastPod is not { Alive: true } pod || o.Report?.Pod == pod.Name)
        {
            return null;
        }

        if (o.OwnMark is { } mark)
        {
            return mark.Pod == pod.Name ? Stopped(o, job, pod) : null;
        }

        if (!pod.WaitsForClaim)
        {
            return null;
        }

        if (o.Stop is { Seen: true } stop && stop.Pod == pod.Name)
        {
            return Changed(
                o, job,
                $"MySQL was stopped for pod {pod.Name} and was started again before that pod could mount the claim: by the operator, because the allowed downtime had passed, or by someone else. "
                + "Look why the pod did not start, and create the resource again",
                now);
        }

        if (o.Target is not { } target || target.Uid != o.IntendedTargetUid || target.Replicas != o.IntendedReplicas)
        {
            return Changed(o, job, "The StatefulSet was deleted, created anew or scaled before MySQL was stopped; create the resource again", now);
        }

        // An operator that died between the record and the act goes on with the same time.
        var due = o.Stop?.Pod == pod.Name ? o.Stop : new TargetStop(pod.Name, now);
        return RunPlanner.Preparing(o, $"Stopping MySQL, so that pod {pod.Name} can mount its claim", RunPlanner.Soon) with
        {
            JobUid = job.Uid,
            Stop = due,
            Actions = [new RunAction.StopTarget(due)],
        };
    }

    private static RunDecision Stopped(RunObservation o, JobObservation job, PodObservation pod)
    {
        // It may be the sidecar that has scaled up, before its first word has come. Where it was someone else, the pod waits
        // until its time is over, and MySQL runs.
        var message = o.Target!.Replicas == o.OwnMark!.QuiescedReplicas
            ? $"MySQL is stopped, so that pod {pod.Name} can mount its claim"
            : $"The StatefulSet is scaled to {o.Target.Replicas} again, and pod {pod.Name} has said nothing yet";
        return new RunDecision
        {
            Stage = RunStage.Running,
            Step = SidecarStep.Quiescing,
            JobUid = job.Uid,
            Stop = new TargetStop(pod.Name, o.OwnMark.Since, Seen: true),
            Message = message + (pod.WaitingFor is { } waiting ? $"; it waits: {waiting}" : ""),
            Conditions = [RunConditions.LockHeld(true, "Held"), .. RunConditions.OfProgress(o)],
            RequeueAfter = RunPlanner.Soon,
        };
    }

    private static RunDecision Changed(RunObservation o, JobObservation job, string message, DateTimeOffset now) =>
        RunPlanner.End(o, RunStage.Failed, RunReason.TargetChanged, message, retryable: true, now) with { JobUid = job.Uid };
}
