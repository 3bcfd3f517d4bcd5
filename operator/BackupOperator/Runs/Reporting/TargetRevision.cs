using BackupOperator.Targets;

namespace BackupOperator.Runs;

/// <summary>Records what the next Job is to do differently, and forgets the one before. Pure.</summary>
internal static class TargetRevision
{
    public static void Apply(IRunEntity entity, V1StatefulSet? set, Revision revision)
    {
        var status = entity.RunStatus;
        status.Job = null;
        status.Revisions = [.. status.Revisions ?? [], RevisionMapper.Write(revision)];
        if (status.Target is not { } target)
        {
            return;
        }

        if (revision.Owner is { } owner)
        {
            target.User = new RecordedUser { Uid = owner.User, Gid = owner.Group, Because = "the data directory belongs to it" };
        }

        if (revision.Reason == RunReason.ReplicaUnfit
            && TargetResolver.Resolve(entity.RunSpec.Target, set, entity.Metadata.Namespace!, revision.KeepsClaim ? target.Ordinal : null).Value is { } all)
        {
            StopAll(target, all, revision.Message);
        }
    }

    private static void StopAll(RecordedTarget target, ResolvedTarget all, string because)
    {
        target.Scope = nameof(ColdScope.AllReplicas);
        target.ScopeBecause = because;
        target.QuiescedReplicas = null;
        target.Ordinal = all.Ordinal;
        target.Claim = all.Claim;

        // Which node it runs on is read anew before the Job is made.
        (target.Pod, target.PodUid, target.Node) = (all.Pod, null, null);
    }
}
