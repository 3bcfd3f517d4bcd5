namespace BackupOperator.Core.Runs;

/// <summary>What a Job of a run is for.</summary>
public enum JobPurpose
{
    /// <summary>The backup or the restore itself.</summary>
    Run,

    /// <summary>Undoes the swap of a restore that died in it.</summary>
    RollBack,

    /// <summary>Removes the data that a restore has kept.</summary>
    RemovePrevious,

    /// <summary>Tries the copies of a backup again that are not complete.</summary>
    Copy,

    /// <summary>Deletes backups from their storages.</summary>
    Prune,

    /// <summary>Reads which backups there are in a storage.</summary>
    Catalog,

    /// <summary>Checks what a backup needs, without the claim of the database.</summary>
    Preflight,
}

/// <summary>One small change to the cluster. Each can be repeated without harm.</summary>
public abstract record RunAction
{
    private RunAction()
    {
    }

    /// <summary>Makes a deletion of the resource wait until the run has been undone, and writes into it that it was run.</summary>
    public sealed record AddFinalizer : RunAction;

    public sealed record RemoveFinalizer : RunAction;

    public sealed record TakeLease : RunAction;

    public sealed record ReleaseLease : RunAction;

    /// <summary>ServiceAccount, Role and RoleBinding of the sidecar.</summary>
    public sealed record CreateAccess(JobPurpose Purpose = JobPurpose.Run) : RunAction;

    public sealed record DeleteAccess(JobPurpose Purpose = JobPurpose.Run) : RunAction;

    public sealed record CreateJob(JobPurpose Purpose) : RunAction;

    /// <summary>Puts the mark back that someone has taken away, so that the guard brings MySQL back.</summary>
    /// <param name="Swapping">The sidecar was moving the data directories when it was last heard of.</param>
    public sealed record RestoreMark(bool Swapping) : RunAction;

    /// <summary>Scales the target down and marks it, for a pod that cannot mount the claim before.</summary>
    public sealed record StopTarget(TargetStop Stop) : RunAction;

    /// <summary>Deletes the Job that has this uid, and its pods with it.</summary>
    /// <param name="LeavePods">Without waiting for the ends of its pods, which nobody will hear of.</param>
    public sealed record DeleteJob(JobPurpose Purpose, string Uid, bool LeavePods = false) : RunAction;

    /// <summary>Lets the Job controller remove a finished Job after a while; its logs are there until then.</summary>
    public sealed record ExpireJob(JobPurpose Purpose) : RunAction;
}
