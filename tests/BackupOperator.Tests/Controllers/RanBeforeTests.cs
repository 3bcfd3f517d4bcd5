using System.Text.Json.Nodes;
using BackupOperator.Core.Backups;
using BackupOperator.Core.Conditions;
using BackupOperator.Core.Naming;
using BackupOperator.Core.Restores;
using BackupOperator.Pruning;
using BackupOperator.Runs;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

/// <summary>Resources that come back without their status, as from a backup of the cluster's resources.</summary>
public sealed class RanBeforeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_restore_that_comes_back_without_its_status_does_not_replace_the_data_again(bool withFinalizers)
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var former = await cluster.ApplyAsync(Samples.Restore());
        await (await cluster.SidecarAsync(former)).SucceedAsync();
        var done = await cluster.RestoreAsync("back", r => r.Status.Phase == RestorePhase.Completed && !Runs(r), "Completed");
        done.Annotation(StartedAs.Annotation).ShouldBe(done.Metadata.Uid);
        await cluster.StopOperatorAsync();
        await cluster.PatchAsync<MySqlRestore>("back", new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = null } });
        await cluster.Client.DeleteAsync<MySqlRestore>("back", Samples.Namespace);
        var copy = await cluster.ApplyAsync(new MySqlRestore { Metadata = Copy(done, withFinalizers), Spec = done.Spec });
        cluster.StartOperator();

        var refused = await cluster.RestoreAsync("back", r => r.Status.Phase is not null && !Runs(r), "its end");
        refused.Status.Phase.ShouldBe(RestorePhase.Failed);
        ShouldBeRefused(refused, "MySqlRestore back", done.Metadata.Uid!);
        await ShouldBeUntouchedAsync(cluster, copy);

        await cluster.Client.DeleteAsync<MySqlRestore>("back", Samples.Namespace);
        await cluster.GoneAsync<MySqlRestore>("back", "the copy");
        await (await cluster.SidecarAsync(await cluster.ApplyAsync(new MySqlRestore { Metadata = new V1ObjectMeta { Name = "back", Namespace = Samples.Namespace }, Spec = done.Spec }))).SucceedAsync();
        await cluster.RestoreAsync("back", r => r.Status.Phase == RestorePhase.Completed, "run again, as it was asked for without the annotation");
    }

    [Fact]
    public async Task The_copy_of_a_backup_is_not_taken_and_its_deletion_deletes_nothing()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var former = await cluster.ApplyAsync(Samples.Backup());
        await (await cluster.SidecarAsync(former)).SucceedAsync();
        var done = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Completed && !Runs(b), "Completed");
        await cluster.Client.DeleteAsync<MySqlBackup>("nightly", Samples.Namespace);
        await cluster.GoneAsync<MySqlBackup>("nightly", "the former one");
        done.Spec.DeletionPolicy = DeletionPolicy.Delete;
        var copy = await cluster.ApplyAsync(new MySqlBackup { Metadata = Copy(done, withFinalizers: false), Spec = done.Spec });

        var refused = await cluster.BackupAsync("nightly", b => b.Status.Phase is not null && DataFinalizer.IsOn(b), "its end");
        refused.Status.Phase.ShouldBe(BackupPhase.Failed);
        ShouldBeRefused(refused, "MySqlBackup nightly", done.Metadata.Uid!);
        refused.Status.Path.ShouldBeNull();
        await ShouldBeUntouchedAsync(cluster, copy);

        await cluster.Client.DeleteAsync<MySqlBackup>("nightly", Samples.Namespace);
        await cluster.GoneAsync<MySqlBackup>("nightly", "the copy");
        (await cluster.Client.ListAsync<V1Job>(Samples.Namespace)).Items.ShouldNotContain(j => PruneJob.Read(j) != null, "nothing is deleted");
    }

    [Fact]
    public async Task A_copy_that_could_not_be_looked_at_first_is_not_run_later()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var copy = Samples.Backup();
        copy.Metadata.Annotations = new Dictionary<string, string> { [StartedAs.Annotation] = "u0" };
        using var refused = cluster.Server.Faults.Add(
            r => r.Resource == "statefulsets" && r.Verb == "get", new LocalCluster.ApiServer.Faults.Fault { Answer = System.Net.HttpStatusCode.Forbidden, Message = "denied" });
        await cluster.ApplyAsync(copy);
        await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Pending, "it could not be looked at");
        refused.Dispose();

        ShouldBeRefused(await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "Failed"), "MySqlBackup nightly", "u0");
    }

    private static bool Runs(IRunEntity entity) => entity.Metadata.Finalizers?.Contains(RunFinalizer.Name) == true;

    private static V1ObjectMeta Copy(IRunEntity former, bool withFinalizers) => new()
    {
        Name = former.Metadata.Name,
        Namespace = former.Metadata.Namespace,
        Annotations = former.Metadata.Annotations,
        Labels = former.Metadata.Labels,
        Finalizers = withFinalizers ? [RunFinalizer.Name] : null,
    };

    private static void ShouldBeRefused(IRunEntity copy, string name, string former)
    {
        copy.RunStatus.Failure.ShouldNotBeNull().ShouldSatisfyAllConditions(
            f => f.Reason.ShouldBe(RunReason.RanBefore),
            f => f.Retryable.ShouldBe(false),
            f => f.Message.ShouldNotBeNull().ShouldContain(name),
            f => f.Message!.ShouldContain(former),
            f => f.Message!.ShouldContain("without the annotation mysqlbackup.io/started-as"));
        copy.RunStatus.Conditions!.Single(c => c.Type == ConditionType.Accepted).ShouldSatisfyAllConditions(
            c => c.Status.ShouldBe("False"), c => c.Reason.ShouldBe(RunReason.RanBefore));
        copy.RunStatus.StartTime.ShouldBeNull();
    }

    private static async Task ShouldBeUntouchedAsync(ScriptedCluster cluster, IRunEntity copy)
    {
        (await cluster.Client.GetAsync<V1Job>(RunNames.Job(copy.Metadata.Name!, copy.Metadata.Uid!), Samples.Namespace)).ShouldBeNull();
        (await cluster.SetAsync()).ShouldSatisfyAllConditions(s => s.Spec!.Replicas.ShouldBe(1), s => s.Annotation(QuiesceMark.Annotation).ShouldBeNull());
        var holder = (await cluster.Client.GetAsync<V1Lease>(RunNames.Lease("db"), Samples.Namespace))?.Spec?.HolderIdentity ?? "";
        holder.ShouldNotContain(copy.Metadata.Uid!);
    }
}
