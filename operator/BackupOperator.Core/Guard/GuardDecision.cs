namespace BackupOperator.Core.Guard;

public enum GuardVerdict
{
    /// <summary>The sidecar is at work inside its time.</summary>
    Leave,

    /// <summary>Scale up; the StatefulSet's resourceVersion is the precondition.</summary>
    ScaleUp,

    /// <summary>Scaled up; MySQL has not answered yet.</summary>
    AwaitAnswer,

    /// <summary>MySQL answers: the mark goes, with the resourceVersion as precondition.</summary>
    RemoveMark,

    /// <summary>A restore died between two data directories: MySQL must not be started until its run has undone that.</summary>
    AwaitRollBack,

    /// <summary>Only a person can help.</summary>
    CallForHelp,
}

/// <param name="Replicas">What to scale to.</param>
/// <param name="Alarm">Waited too long: warn.</param>
public sealed record GuardDecision(GuardVerdict Verdict, TimeSpan RequeueAfter, int Replicas = 0, string? Reason = null, bool Alarm = false);
