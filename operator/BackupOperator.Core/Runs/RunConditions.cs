using BackupOperator.Core.Conditions;

namespace BackupOperator.Core.Runs;

/// <summary>The conditions that follow from the report and the mark, whatever is decided.</summary>
internal static class RunConditions
{
    public static Condition Accepted(SpecFinding? finding) => finding is null
        ? new Condition(ConditionType.Accepted, ConditionStatus.True, "Valid")
        : new Condition(ConditionType.Accepted, ConditionStatus.False, finding.Reason, finding.Message);

    public static Condition LockHeld(bool held, string reason, string message = "") =>
        new(ConditionType.LockHeld, held ? ConditionStatus.True : ConditionStatus.False, reason, message);

    public static Condition Complete(bool complete, string reason, string message = "") =>
        new(ConditionType.Complete, complete ? ConditionStatus.True : ConditionStatus.False, reason, message);

    /// <summary>What is known of the database and of the data, from the first stop on.</summary>
    public static IEnumerable<Condition> OfProgress(RunObservation o)
    {
        // A sidecar that has spoken had all that the spec names.
        if (o.Report?.Step is not null && o.LastPod?.Finding is null)
        {
            yield return Accepted(finding: null);
        }

        if (o.OwnMark is not null)
        {
            yield return Stopped(o.Report) is { Status: not ConditionStatus.False } stopped && o.OwnMark.QuiescedReplicas > 0
                ? stopped with { Message = $"{stopped.Message}; only the last replica stops, {o.OwnMark.QuiescedReplicas} of {o.OwnMark.Replicas} serve" }
                : Stopped(o.Report);
            if (o.Ending?.SidecarGoneAt is null)
            {
                yield return new Condition(
                    ConditionType.DatabaseRestored, ConditionStatus.Unknown, "Stopped", "MySQL is stopped by this run");
            }
            else
            {
                yield return new Condition(
                    ConditionType.DatabaseRestored, ConditionStatus.False, "Restoring", "The operator is starting MySQL again, because the sidecar is gone");
            }
        }
        else if (WasStopped(o))
        {
            yield return new Condition(ConditionType.DatabaseStopped, ConditionStatus.False, "Running");
            yield return o.Report is { AnsweredBefore: false, AnsweredAt: null }
                ? new Condition(
                    ConditionType.DatabaseRestored, ConditionStatus.Unknown, "DidNotAnswerBefore",
                    "MySQL is scaled up again. It did not answer before this run, and has not answered since")
                : new Condition(ConditionType.DatabaseRestored, ConditionStatus.True, "Answered", "MySQL answers again");
        }

        if (o.Report?.Thaw is var (packs, readable))
        {
            yield return readable < packs
                ? new Condition(
                    ConditionType.DataReadable, ConditionStatus.False, "Archived",
                    $"{packs - readable} of {packs} packs are in an archive class; the store was asked to bring them back, which takes hours. MySQL runs meanwhile, and timeouts.total goes on")
                : new Condition(ConditionType.DataReadable, ConditionStatus.True, "BroughtBack");
        }

        if (o.Report?.HasTiers is { } applied)
        {
            yield return applied
                ? new Condition(ConditionType.TiersApplied, ConditionStatus.True, "Applied")
                : new Condition(ConditionType.TiersApplied, ConditionStatus.False, "Refused", o.Report.TiersProblem ?? "");
        }

        if (o.Report?.UploadedAt is not null)
        {
            yield return new Condition(ConditionType.Uploaded, ConditionStatus.True, "Uploaded");
        }

        if (o.Report?.VerifiedAt is not null)
        {
            yield return o.Report.Verification is "None"
                ? new Condition(ConditionType.Verified, ConditionStatus.False, "NotRequested", "spec.verification.level is None")
                : new Condition(ConditionType.Verified, ConditionStatus.True, o.Report.Verification is { Length: > 0 } level ? level : "Verified");
        }
    }

    /// <summary>MySQL was stopped by this run at some time, and the mark is gone again.</summary>
    public static bool WasStopped(RunObservation o) => o.Report?.StoppedAt is not null || o.Ending?.SidecarGoneAt is not null;

    private static Condition Stopped(SidecarReport? report)
    {
        if (report?.ResumedAt is { } resumed && (report.StoppedAt is not { } stopped || resumed >= stopped))
        {
            return new Condition(ConditionType.DatabaseStopped, ConditionStatus.False, "Resuming", "The StatefulSet is scaled up again");
        }

        if (report?.LockUnavailable is { } why)
        {
            return new Condition(ConditionType.DatabaseStopped, ConditionStatus.True, "PodsGone", why);
        }

        return report?.LockedAt is not null
            ? new Condition(ConditionType.DatabaseStopped, ConditionStatus.True, "Locked", "The lock on ibdata1 proves that MySQL is stopped")
            : new Condition(ConditionType.DatabaseStopped, ConditionStatus.Unknown, "Stopping", "The StatefulSet is scaled down; MySQL has not been proven to be stopped");
    }
}
