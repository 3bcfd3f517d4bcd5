using System.Text.Json.Nodes;
using BackupOperator.Core.Backups;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

/// <summary>What backups build on, and the keys that they are encrypted with.</summary>
public sealed class LineageTests
{
    [Fact]
    public async Task An_incremental_backup_is_offered_all_before_it_and_a_differential_one_the_full_ones()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        await TakeAsync(cluster, Samples.Backup("full"), result => result);
        var (first, run) = await TakeAsync(cluster, Of("first", BackupType.Incremental), result => result with { Type = "Incremental", ParentId = "the-full-one" });
        first.Status.Type.ShouldBe(BackupType.Incremental);
        first.Status.Parent.ShouldBe("the-full-one");
        run.Backup!.Type.ShouldBe("Incremental");
        (await NamesAsync(cluster, run.Backup.Parents)).ShouldBe(["full"]);

        var (_, second) = await TakeAsync(cluster, Of("second", BackupType.Incremental), result => result with { Type = "Incremental" });
        (await NamesAsync(cluster, second.Backup!.Parents)).ShouldBe(["first", "full"]);
        second.Backup.Parents[0].ShouldBe(new RunParent(first.Status.BackupId!, first.Status.Path!, first.Status.ManifestDigest!));

        var (_, differential) = await TakeAsync(cluster, Of("third", BackupType.Differential), result => result with { Type = "Differential" });
        (await NamesAsync(cluster, differential.Backup!.Parents)).ShouldBe(["full"]);

        var (_, full) = await TakeAsync(cluster, Samples.Backup("fourth"), result => result);
        full.Backup!.Parents.ShouldBeEmpty();

        // Clear and encrypted ones do not mix, and neither do storages.
        var encrypted = Of("fifth", BackupType.Incremental);
        encrypted.Spec.Encryption = Samples.Encryption();
        (await TakeAsync(cluster, encrypted, result => result)).Run.Backup!.Parents.ShouldBeEmpty();
        var elsewhere = Of("sixth", BackupType.Incremental);
        elsewhere.Spec.Storage.Volume!.Path = "elsewhere";
        (await TakeAsync(cluster, elsewhere, result => result)).Run.Backup!.Parents.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_backup_that_became_full_says_why()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var (backup, _) = await TakeAsync(
            cluster, Of("nightly", BackupType.Incremental), result => result with { Type = "Full", FullBecause = "there is no backup to build on" });

        backup.Status.Type.ShouldBe(BackupType.Full);
        backup.Status.FullBecause.ShouldBe("there is no backup to build on");
        var told = await cluster.EventAsync(backup, "TookFull");
        told.Type.ShouldBe("Normal");
        told.Message.ShouldBe("A full backup was taken, although Incremental was asked for: there is no backup to build on");
    }

    [Fact]
    public async Task A_restore_uses_the_keys_of_its_backup_or_its_own()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var encrypted = Samples.Backup();
        encrypted.Spec.Encryption = Samples.Encryption();
        var (_, run) = await TakeAsync(cluster, encrypted, result => result);
        run.Encryption.ShouldBe(new RunEncryption("2025"));

        var restore = Samples.Restore();
        restore.Spec.Source = new RestoreSource { Backup = "nightly" };
        restore.Spec.Delta = true;
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(restore));
        sidecar.Run.Encryption.ShouldBe(new RunEncryption("2025"));
        sidecar.Run.Restore!.Delta.ShouldBeTrue();
        (await cluster.RestoreAsync("back", r => r.Status.Source is not null, "the source")).Status.Source!.Encryption!.SecretRef.Name.ShouldBe("backup-keys");
        await sidecar.SucceedAsync();

        var own = Samples.Restore("again");
        own.Spec.Source = new RestoreSource { Latest = new LatestBackup { StatefulSet = "db" } };
        own.Spec.Encryption = new EncryptionSpec { SecretRef = new EncryptionKeyReference { Name = "mine" } };
        (await cluster.SidecarAsync(await cluster.ApplyAsync(own))).Run.Encryption.ShouldBe(new RunEncryption("key"));
        (await cluster.RestoreAsync("again", r => r.Status.Source is not null, "the source")).Status.Source!.Encryption!.SecretRef.Name.ShouldBe("mine");
    }

    [Fact]
    public async Task A_missing_key_is_told_before_mysql_is_touched_and_taken_once_it_is_there()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var backup = Samples.Backup();
        backup.Spec.Encryption = Samples.Encryption();
        backup = await cluster.ApplyAsync(backup);
        var sidecar = await cluster.SidecarAsync(backup, starts: false);
        await sidecar.WaitsForMountAsync("MountVolume.SetUp failed for volume \"encryption-keys\" : references non-existent secret key: 2025");

        var waiting = await cluster.BackupAsync("nightly", b => b.Status.Conditions?.Exists(c => c is { Type: "Accepted", Status: "False" }) == true, "Accepted=False");
        var accepted = waiting.Status.Conditions!.Single(c => c.Type == "Accepted");
        accepted.Reason.ShouldBe(FailureReason.EncryptionSecretInvalid);
        accepted.Message.ShouldBe("Secret shop/backup-keys has no key 2025; add it, or name another one in encryption.secretRef");
        waiting.Status.Phase.ShouldBe(BackupPhase.Preparing);
        (await cluster.SetAsync()).Spec!.Replicas.ShouldBe(1);

        await sidecar.StartsAsync();
        await sidecar.SucceedAsync();
        await cluster.BackupAsync(
            "nightly", b => b.Status.Phase == BackupPhase.Completed && b.Status.Conditions!.Exists(c => c is { Type: "Accepted", Status: "True" }), "Completed");
    }

    [Fact]
    public async Task A_copy_in_the_place_of_the_storage_is_refused()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var backup = Samples.Backup();
        backup.Spec.Copies = [new StorageSpec { Volume = new VolumeStorageSpec { ClaimName = "backups", Path = "" } }];
        await cluster.ApplyAsync(backup);

        (await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "Failed"))
            .Status.Failure!.Message.ShouldNotBeNull().ShouldContain("copies[0] is the same place as storage");
    }

    [Fact]
    public async Task The_claim_of_a_copy_is_waited_for()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var backup = Samples.Backup();
        backup.Spec.Copies = [new StorageSpec { Volume = new VolumeStorageSpec { ClaimName = "nfs" } }];
        await cluster.ApplyAsync(backup);

        (await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Pending, "Pending"))
            .Status.Message.ShouldNotBeNull().ShouldContain("copies[0].volume.claimName");
    }

    private static MySqlBackup Of(string name, BackupType type)
    {
        var backup = Samples.Backup(name);
        backup.Spec.Type = type;
        return backup;
    }

    private static async Task<(MySqlBackup Backup, RunSpec Run)> TakeAsync(ScriptedCluster cluster, MySqlBackup backup, Func<BackupResult, BackupResult> result)
    {
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(backup));
        var report = FakeSidecar.Success(sidecar.Run);
        await sidecar.SucceedAsync(report with { Backup = result(report.Backup!) });
        return (await cluster.BackupAsync(backup.Metadata.Name!, b => b.Status.Phase == BackupPhase.Completed, "Completed"), sidecar.Run);
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(ScriptedCluster cluster, IReadOnlyList<RunParent> parents)
    {
        var backups = (await cluster.Client.ListAsync<MySqlBackup>(Samples.Namespace)).Items;
        return [.. parents.Select(p => backups.Single(b => b.Metadata.Uid == p.BackupId).Metadata.Name!)];
    }
}
