using BackupOperator.Pruning;

namespace BackupOperator.Tests.Jobs;

public sealed class PruneJobTests
{
    [Fact]
    public void What_a_copy_that_is_being_made_builds_on_is_no_leftover()
    {
        var (full, inc, old) = (Good("full", parent: null), Good("inc", parent: "full"), Good("old", parent: null));
        inc.Spec.Copies = [Samples.S3()];

        var prune = PruneJob.Read(PruneJob.Build([old], [full, inc, old], target: null, "image", TimeSpan.Zero)).ShouldNotBeNull();
        prune.Sweep.ShouldNotBeNull().InUse.ShouldBe(["shop/db/full", "shop/db/inc"]);
        prune.Backups.ShouldHaveSingleItem().Path.ShouldBe("shop/db/old");
    }

    private static MySqlBackup Good(string name, string? parent)
    {
        var backup = Samples.Backup(name);
        backup.Metadata.Uid ??= $"uid-{name}";
        backup.Status.Phase = Core.Backups.BackupPhase.Completed;
        backup.Status.StartTime = DateTimeOffset.UnixEpoch;
        backup.Status.Target = new RecordedTarget { Replicas = 1, Ordinal = 0, Pod = "db-0", Claim = "data-db-0", StatefulSetUid = "u" };
        (backup.Status.Path, backup.Status.BackupId, backup.Status.Parent) = ($"shop/db/{name}", $"id-{name}", parent is null ? null : $"id-{parent}");
        return backup;
    }
}
