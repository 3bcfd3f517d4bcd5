using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Queueing;

public enum LeaseVerdict
{
    /// <summary>The run holds it.</summary>
    Held,

    /// <summary>It is free, or its holder is finished or gone: take it, with the resourceVersion as precondition.</summary>
    Take,

    /// <summary>Another run is using the target.</summary>
    Wait,
}

/// <summary>
/// Who may use a target. A Lease here has no expiry: it ends when its holder ends, so a slow run never loses it and a
/// dead one never keeps it.
/// </summary>
public static class LeasePolicy
{
    public static LeaseVerdict Decide(LeaseObservation lease, RunId me)
    {
        if (lease.Holder == me.Holder)
        {
            return LeaseVerdict.Held;
        }

        return lease.Holder is null || lease.HolderIsOver ? LeaseVerdict.Take : LeaseVerdict.Wait;
    }
}
