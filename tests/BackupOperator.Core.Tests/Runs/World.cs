using BackupOperator.Core.Backups;
using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Tests.Runs;

/// <summary>Worlds to decide about: each is the one before plus one thing that happened.</summary>
internal static class World
{
    public static readonly DateTimeOffset Now = new(2025, 1, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly RunId Run = new("MySqlBackup", "shop", "nightly", "u1");

    public static readonly MarkObservation OwnMark = new("u1", "pod-1", 1, Now.AddMinutes(-1), Now.AddMinutes(9));
    public static readonly JobObservation ActiveJob = new("job-1", JobOutcome.Active);
    public static readonly PodObservation AlivePod = new("pod-1", Now.AddMinutes(-2), Alive: true);

    public static readonly PodObservation KilledPod = AlivePod with
    {
        Alive = false,
        Termination = new ContainerTermination(137, Reason: "Error"),
    };

    public static readonly PodObservation LostPod = AlivePod with { Alive = false, IsLost = true };

    public static RunObservation New() => new() { Run = Run, CreatedAt = Now.AddMinutes(-5), Stage = RunStage.New, Target = new TargetObservation("sts", 1) };

    public static RunObservation Queued() => New() with { Stage = RunStage.Queued, HasFinalizer = true };

    public static RunObservation Prepared() => Queued() with
    {
        Stage = RunStage.Preparing,
        Lease = new LeaseObservation(Run.Holder),
        StartedAt = Now.AddMinutes(-3),
        IntendedTargetUid = "sts",
    };

    public static RunObservation WithJob() => Prepared() with { Job = ActiveJob, RecordedJobUid = ActiveJob.Uid, Pods = [AlivePod] };

    /// <summary>The sidecar is at a step; from Quiescing to Resuming its mark is on the target.</summary>
    public static RunObservation At(SidecarStep step)
    {
        var stopped = step is SidecarStep.Quiescing or SidecarStep.Archiving or SidecarStep.Swapping or SidecarStep.Resuming;
        return WithJob() with
        {
            Stage = RunStage.Running,
            Report = new SidecarReport
            {
                Pod = AlivePod.Name,
                Step = step,
                StoppedAt = stopped || step is SidecarStep.Uploading or SidecarStep.Verifying or SidecarStep.Done ? Now.AddMinutes(-1) : null,
            },
            Target = new TargetObservation("sts", stopped ? 0 : 1, stopped ? OwnMark : null),
        };
    }

    public static RunObservation Succeeded() => At(SidecarStep.Done) with
    {
        Job = ActiveJob with { Outcome = JobOutcome.Succeeded, FinishedAt = Now.AddSeconds(-5) },
        Pods = [AlivePod with { Alive = false }],
        Report = new SidecarReport { Pod = AlivePod.Name, Step = SidecarStep.Done, StoppedAt = Now.AddMinutes(-1), HasResult = true },
    };

    public static RunObservation Killed(SidecarStep step) => At(step) with
    {
        Job = ActiveJob with { Outcome = JobOutcome.Failed, Reason = "BackoffLimitExceeded", FailedPods = 1, FinishedAt = Now },
        Pods = [KilledPod],
    };

    public static RunObservation WithoutMark(this RunObservation o) => o with { Target = o.Target! with { Mark = null, Replicas = 1 } };

    public static RunDecision Decide(RunObservation o) => RunPlanner.Decide(o, Now);

    public static BackupPhase PhaseOf(RunObservation o, BackupPhase? phase = null) =>
        BackupPlanner.Decide(new BackupObservation(o, phase), Now).Phase;

    /// <summary>Writes the decision back, as the controller does.</summary>
    public static RunObservation After(this RunObservation o, RunDecision d) => o with
    {
        Stage = d.Stage,
        Ending = d.Ending ?? o.Ending,
        RecordedJobUid = d.JobUid ?? o.RecordedJobUid,
        StartedAt = d.RecordIntent ? Now : o.StartedAt,
        IntendedTargetUid = d.RecordIntent ? o.Target!.Uid : o.IntendedTargetUid,
    };
}
