namespace BackupOperator.Runs;

/// <summary>Records what the next Job is to do differently, and forgets the one before. Pure.</summary>
internal static class TargetRevision
{
    public static void Apply(IRunEntity entity, Revision revision)
    {
        var status = entity.RunStatus;
        status.Job = null;
        status.Revisions = [.. status.Revisions ?? [], RevisionMapper.Write(revision)];
        if (revision.Owner is { } owner && status.Target is { } target)
        {
            target.User = new RecordedUser { Uid = owner.User, Gid = owner.Group, Because = "the data directory belongs to it" };
        }
    }
}
