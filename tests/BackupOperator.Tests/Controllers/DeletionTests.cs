using System.Text.Json.Nodes;
using BackupOperator.Backups;
using BackupOperator.Core.Backups;
using BackupOperator.Pruning;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

/// <summary>Resources that are deleted when their run never began.</summary>
public sealed class DeletionTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_backup_that_failed_before_it_stored_anything_goes_at_once_whatever_its_deletion_policy(bool restart)
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var backup = Samples.Backup();
        backup.Spec.DeletionPolicy = DeletionPolicy.Delete;
        backup.Spec.Target.StatefulSet = "nowhere";
        backup.Spec.Timeouts.Preparing = "0s";
        await cluster.ApplyAsync(backup);
        var failed = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "Failed");
        failed.Status.Path.ShouldBeNull();
        DataFinalizer.IsOn(failed).ShouldBeTrue("what is tested here");
        if (restart)
        {
            await cluster.StopOperatorAsync();
        }

        await cluster.Client.DeleteAsync<MySqlBackup>("nightly", Samples.Namespace);
        if (restart)
        {
            cluster.StartOperator();
        }

        await cluster.GoneAsync<MySqlBackup>("nightly", "the backup is gone");
    }

    [Fact]
    public async Task A_backup_that_was_cancelled_in_the_queue_goes_at_once()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var busy = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup("busy")));
        var backup = Samples.Backup();
        backup.Spec.DeletionPolicy = DeletionPolicy.Delete;
        await cluster.ApplyAsync(backup);
        await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Queued && DataFinalizer.IsOn(b), "Queued");
        await cluster.PatchAsync<MySqlBackup>("nightly", new JsonObject { ["spec"] = new JsonObject { ["cancel"] = true } });
        var cancelled = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Cancelled && b.Metadata.Finalizers is [DataFinalizer.Name], "Cancelled");
        MySqlBackupController.IsOfInterest(cancelled).ShouldBeFalse();

        await cluster.Client.DeleteAsync<MySqlBackup>("nightly", Samples.Namespace);

        await cluster.GoneAsync<MySqlBackup>("nightly", "the backup is gone");
        await busy.SucceedAsync();
    }
}
