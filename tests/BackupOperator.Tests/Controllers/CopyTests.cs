using System.Text.Json.Nodes;
using BackupOperator.Backups;
using BackupOperator.Core.Backups;
using BackupOperator.Core.Copies;
using BackupOperator.Core.Naming;
using BackupOperator.Runs;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

public sealed class CopyTests
{
    private const int MostChanges = 16;

    [Fact]
    public async Task A_copy_that_failed_is_told_and_tried_again_until_it_is_there()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var completed = await CompleteAsync(cluster, "nightly", "access denied");
        var condition = Condition(completed);
        condition.Status.ShouldBe("False");
        condition.Reason.ShouldBe("CopyFailed");
        condition.Message.ShouldNotBeNull().ShouldStartWith($"copies[1] (s3://backups/prod/{completed.Status.Path}): access denied; tried again at ");
        completed.Status.Copies![0].ShouldSatisfyAllConditions(c => c.Complete.ShouldBe(true), c => c.Location.ShouldBe($"nfs:/{completed.Status.Path}"));
        completed.Status.Copies[1].Attempts.ShouldBe(1);
        completed.Status.Copies[1].NextAttemptTime!.Value.ShouldBe(completed.Status.CompletionTime!.Value + CopyBackOff.After(1, completed.Metadata.Uid!), TimeSpan.FromSeconds(2));
        (await cluster.EventAsync(completed, "CopyFailed")).Type.ShouldBe("Warning");

        var second = await cluster.CopyAsync(completed);
        second.Run.Kind.ShouldBe(RunKind.Copy);
        second.Run.Backup.ShouldBeNull();
        second.Run.Path.ShouldBe(completed.Status.Path);
        second.Run.Storage.Volume!.Claim.ShouldBe("backups");
        second.Run.Copies.ShouldHaveSingleItem().ShouldSatisfyAllConditions(c => c.Index.ShouldBe(1), c => c.Storage.S3!.Bucket.ShouldBe("backups"));
        await second.DieAsync(2, failure: new RunFailure { Reason = FailureReason.StorageUnavailable, Message = "bucket backups does not answer", Retryable = true });
        var again = await cluster.BackupAsync("nightly", b => b.Status.Copies![1].Attempts == 2, "the second attempt");
        again.Status.Phase.ShouldBe(BackupPhase.Completed);
        again.Status.Copies![1].Message.ShouldBe("bucket backups does not answer");
        var pause = CopyBackOff.After(2, completed.Metadata.Uid!);
        (again.Status.Copies[1].NextAttemptTime!.Value - DateTimeOffset.UtcNow).ShouldBeInRange(pause - TimeSpan.FromSeconds(20), pause + TimeSpan.FromSeconds(1));

        var third = await cluster.CopyAsync(again);
        third.JobName.ShouldNotBe(second.JobName);
        await third.CopiedAsync(new CopyResult(0, "", null), new CopyResult(1, "", null));
        var whole = await cluster.BackupAsync("nightly", b => Condition(b).Status == "True", "CopiesComplete");
        whole.Status.Copies!.ShouldAllBe(c => c.Complete == true && c.Message == null && c.NextAttemptTime == null);
        whole.Status.Copies![1].Attempts.ShouldBe(3);
        whole.Status.ManifestDigest.ShouldBe(completed.Status.ManifestDigest);
        whole.Status.CompletionTime.ShouldBe(completed.Status.CompletionTime);
        MySqlBackupController.IsOfInterest(whole).ShouldBeFalse("nothing is left to do");
        await cluster.EventAsync(whole, "CopiesComplete");
        await cluster.GoneAsync<V1Role>(RunNames.CopyAccess("nightly", whole.Metadata.Uid!), "the Role");
        (await cluster.Client.GetAsync<V1Job>(third.JobName, Samples.Namespace))!.Spec!.TtlSecondsAfterFinished.ShouldNotBeNull();
    }

    [Fact]
    public async Task Another_attempt_has_no_rights_to_the_database_and_needs_neither_lease_nor_target()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var completed = await CompleteAsync(cluster, "nightly", "access denied");
        var busy = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup("busy")));
        await busy.QuiesceAsync();

        var copy = await cluster.CopyAsync(completed);
        var role = (await cluster.Client.GetAsync<V1Role>(RunNames.CopyAccess("nightly", completed.Metadata.Uid!), Samples.Namespace))!;
        role.Rules!.Select(r => $"{string.Join(',', r.Resources!)} {string.Join(',', r.ResourceNames!)}: {string.Join(',', r.Verbs!)}")
            .ShouldBe(["mysqlbackups,mysqlbackups/status nightly: get,patch"]);
        var pod = (await cluster.Client.GetAsync<V1Job>(copy.JobName, Samples.Namespace))!.Spec!.Template!.Spec!;
        pod.Volumes!.ShouldNotContain(v => v.PersistentVolumeClaim != null && v.PersistentVolumeClaim.ClaimName == "data-db-0");
        pod.Affinity.ShouldBeNull();
        (await cluster.SetAsync()).Spec!.Replicas.ShouldBe(0, "the other backup goes on");
        (await cluster.Client.GetAsync<V1Lease>(RunNames.Lease("db"), Samples.Namespace))!.Spec!.HolderIdentity.ShouldNotBeNull().ShouldContain("busy");

        await busy.ResumeAsync();
        await busy.SucceedAsync();
        await cluster.BackupAsync("busy", b => b.Status.Phase == BackupPhase.Completed, "Completed");
        await copy.DieAsync();
        var again = await cluster.BackupAsync("nightly", b => b.Status.Copies![1].Attempts == 2, "the second attempt");
        await cluster.Client.DeleteAsync<V1StatefulSet>("db", Samples.Namespace, new DeleteRequest(DeletionPropagation.Background));
        await (await cluster.CopyAsync(again)).CopiedAsync(new CopyResult(0, "", null), new CopyResult(1, "", null));
        await cluster.BackupAsync("nightly", b => Condition(b).Status == "True", "CopiesComplete without the database");
    }

    [Fact]
    public async Task Deleting_the_backup_ends_the_attempt()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var copy = await cluster.CopyAsync(await CompleteAsync(cluster, "nightly", "access denied"));
        await cluster.Client.DeleteAsync<MySqlBackup>("nightly", Samples.Namespace);

        await cluster.GoneAsync<MySqlBackup>("nightly", "the backup");
        await cluster.GoneAsync<V1Job>(copy.JobName, "the Job");
        await cluster.GoneAsync<V1Pod>(copy.Pod, "the pod");
        await cluster.GoneAsync<V1Role>(RunNames.CopyAccess("nightly", copy.Run.Uid), "the Role");
    }

    [Fact]
    public async Task Cancelling_gives_up_and_keeps_the_backup()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var copy = await cluster.CopyAsync(await CompleteAsync(cluster, "nightly", "access denied"));
        await cluster.PatchAsync<MySqlBackup>("nightly", new JsonObject { ["spec"] = new JsonObject { ["cancel"] = true } });

        var given = await cluster.BackupAsync("nightly", b => Condition(b).Reason == "GivenUp", "GivenUp");
        given.Status.Phase.ShouldBe(BackupPhase.Completed);
        given.Status.Copies![1].NextAttemptTime.ShouldBeNull();
        MySqlBackupController.IsOfInterest(given).ShouldBeFalse();
        (await cluster.Client.GetAsync<V1Job>(copy.JobName, Samples.Namespace)).ShouldBeNull();
        await cluster.GoneAsync<V1Role>(RunNames.CopyAccess("nightly", given.Metadata.Uid!), "the Role");
    }

    [Fact]
    public async Task A_name_that_is_taken_changes_nothing_about_how_the_backup_ended()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var completed = await CompleteAsync(cluster, "nightly", "access denied");
        await cluster.Client.CreateAsync(new V1ServiceAccount
        {
            Metadata = new V1ObjectMeta { Name = RunNames.CopyAccess("nightly", completed.Metadata.Uid!), Namespace = Samples.Namespace },
        });
        await cluster.DueAsync(completed);

        (await cluster.EventAsync(completed, FailureReason.NameConflict)).Message.ShouldNotBeNull().ShouldContain("ServiceAccount");
        var still = await cluster.BackupAsync("nightly", _ => true, "there");
        still.Status.Phase.ShouldBe(BackupPhase.Completed);
        still.Status.Ending.ShouldBeNull();
        (await cluster.Client.ListAsync<V1Job>(Samples.Namespace)).Items.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Whenever_the_operator_dies_an_attempt_is_made_once_and_counted_once(bool copySucceeds, bool changeIsMade)
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var deaths = 0;
        for (var lastChange = 1; lastChange <= MostChanges; lastChange++)
        {
            var name = $"run{lastChange}";
            var completed = await CompleteAsync(cluster, name, "access denied");
            await cluster.StopOperatorAsync();
            await cluster.DueAsync(completed);
            DyingClient? dying = null;
            cluster.StartOperator(real => dying = new DyingClient(real, lastChange, changeIsMade));
            var restart = RestartAsync();

            var sidecar = await cluster.SidecarAsync(completed, JobPurpose.Copy);
            await (copySucceeds ? sidecar.CopiedAsync(new CopyResult(0, "", null), new CopyResult(1, "", null)) : sidecar.DieAsync());
            var over = await cluster.BackupAsync(name, b => b.Status.Copies![1].Attempts == 2, $"the attempt of {name}");
            over.Status.Phase.ShouldBe(BackupPhase.Completed);
            over.Status.Copies![1].Complete.ShouldBe(copySucceeds);
            await cluster.BackupAsync(name, b => Condition(b).Status == (copySucceeds ? "True" : "False") && Condition(b).Reason != "Copying", "the condition");
            var jobs = (await cluster.Client.ListAsync<V1Job>(Samples.Namespace)).Items.Where(j => j.IsOwnedBy(over)).ToList();
            jobs.Count.ShouldBe(2, $"the backup and one attempt; death at change {lastChange}");
            jobs.ShouldAllBe(j => j.Spec!.TtlSecondsAfterFinished != null);
            await cluster.GoneAsync<V1RoleBinding>(RunNames.CopyAccess(name, over.Metadata.Uid!), "the rights");

            if (dying!.Died.IsCompleted)
            {
                deaths++;
                await restart;
            }

            await cluster.StopOperatorAsync();
            await cluster.Client.DeleteAsync<MySqlBackup>(name, Samples.Namespace);
            await cluster.GoneAsync<MySqlBackup>(name, name);
            cluster.StartOperator();

            async Task RestartAsync()
            {
                while (dying is null)
                {
                    await Task.Delay(5, TestContext.Current.CancellationToken);
                }

                await dying.Died;
                await cluster.StopOperatorAsync();
                cluster.StartOperator();
            }
        }

        deaths.ShouldBeGreaterThan(8, "the story must have been cut at every change");
        deaths.ShouldBeLessThan(MostChanges, "the number of changes must reach beyond the end of the story");
    }

    /// <summary>A backup whose first copy is there, and whose second is not.</summary>
    private static async Task<MySqlBackup> CompleteAsync(ScriptedCluster cluster, string name, string problem)
    {
        if (await cluster.Client.GetAsync<V1PersistentVolumeClaim>("nfs", Samples.Namespace) is null)
        {
            await cluster.CreateClaimAsync("nfs");
        }

        var backup = Samples.Backup(name);
        backup.Spec.Copies = [new StorageSpec { Volume = new VolumeStorageSpec { ClaimName = "nfs" } }, Samples.S3()];
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(backup));
        var report = FakeSidecar.Success(sidecar.Run);
        await sidecar.SucceedAsync(report with
        {
            Backup = report.Backup! with { Copies = [new CopyResult(0, "nfs:/x", null), new CopyResult(1, "s3://backups/x", problem)] },
        });
        return await cluster.BackupAsync(
            name, b => b.Status.Phase == BackupPhase.Completed && b.Metadata.Finalizers is not { Count: > 0 } && b.Status.Copies is not null, "Completed");
    }

    private static V1Condition Condition(MySqlBackup backup) => backup.Status.Conditions!.Single(c => c.Type == "CopiesComplete");
}
