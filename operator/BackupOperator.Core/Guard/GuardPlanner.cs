namespace BackupOperator.Core.Guard;

/// <summary>
/// Brings MySQL back when the sidecar that has stopped it cannot. It needs nothing but the mark on the StatefulSet: the
/// resource may be gone or unreadable, and the operator may have been away.
/// </summary>
public static class GuardPlanner
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Seldom = TimeSpan.FromSeconds(30);

    /// <summary>How long MySQL may take to answer before someone is called.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a sidecar that is being ended may take to scale up, which is the first thing that it does then. Its rights may be
    /// gone already, where its resource is deleted in the foreground.
    /// </summary>
    public static readonly TimeSpan Undo = TimeSpan.FromSeconds(30);

    public static GuardDecision Decide(GuardObservation o, DateTimeOffset now)
    {
        if (o.Mark is not { } mark)
        {
            return Unreadable(o, now);
        }

        // In a swap nobody else may start MySQL, so there is no use in being impatient.
        var late = !mark.Swapping && o.SidecarEndsSince is { } since && now - since > Undo;
        if (o.SidecarAlive && !late && now < mark.Deadline)
        {
            return new GuardDecision(GuardVerdict.Leave, Often);
        }

        if (mark.Swapping)
        {
            return Swapping(o, now);
        }

        var reason = !o.SidecarAlive ? "the sidecar that stopped it is gone"
            : now >= mark.Deadline ? "the deadline of the run has passed"
            : "the sidecar that stopped it is being ended and has not started it";
        return BringBack(o, mark.Replicas, reason, now);
    }

    private static GuardDecision BringBack(GuardObservation o, int replicas, string reason, DateTimeOffset now)
    {
        if (o.Replicas < replicas)
        {
            return new GuardDecision(GuardVerdict.ScaleUp, Often, replicas, reason);
        }

        if (o.Answers || replicas == 0)
        {
            return new GuardDecision(GuardVerdict.RemoveMark, Often, replicas);
        }

        var late = o.WaitingSince is { } since && now - since > Patience;
        return new GuardDecision(GuardVerdict.AwaitAnswer, Often, replicas, "MySQL has not answered yet", late);
    }

    private static GuardDecision Swapping(GuardObservation o, DateTimeOffset now)
    {
        if (!o.SidecarAlive && !o.RunIsOpen)
        {
            return new GuardDecision(
                GuardVerdict.CallForHelp, Seldom,
                Reason: $"a restore ended while it moved the data directories, and {o.RunProblem ?? "its resource is over or gone"}", Alarm: true);
        }

        var late = o.WaitingSince is { } since && now - since > Patience;
        return new GuardDecision(GuardVerdict.AwaitRollBack, Often, Reason: "a restore is between two data directories", Alarm: late);
    }

    private static GuardDecision Unreadable(GuardObservation o, DateTimeOffset now)
    {
        if (o.SwapOpen && !(o.RunIsOpen && o.SidecarAlive))
        {
            return Swapping(o, now);
        }

        if (o.RecordedReplicas is { } recorded)
        {
            // The run that made the mark is known by its Lease; while it is at work the mark may be its own affair.
            return o.RunIsOpen && o.SidecarAlive
                ? new GuardDecision(GuardVerdict.Leave, Often)
                : BringBack(o, recorded, "its mark cannot be read, and no sidecar is at work", now);
        }

        // What it needs may be in there, and its sidecar may be at work.
        if (o.RunProblem is { } problem)
        {
            return new GuardDecision(GuardVerdict.CallForHelp, Seldom, Reason: $"its mark cannot be read, and {problem}", Alarm: true);
        }

        return o.Replicas > 0 && o.Answers
            ? new GuardDecision(GuardVerdict.RemoveMark, Often, o.Replicas)
            : new GuardDecision(GuardVerdict.CallForHelp, Seldom, Reason: "its mark cannot be read, and no run is known that made it", Alarm: true);
    }
}
