using System.Text.Json.Nodes;
using BackupOperator.Core.Backups;
using BackupOperator.Core.Restores;
using BackupOperator.Kubernetes.Serialization;
using BackupOperator.Runs;
using BackupOperator.Tests.Scripted;
using GeneratedManifests = BackupOperator.Commands.Manifests;

namespace BackupOperator.Tests.Health;

/// <summary>The operator's process does its work under exactly the rights that <c>backup-operator rbac</c> prints.</summary>
public sealed class RightsTests
{
    private const string Name = "mysql-backup-operator";
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_backup_a_restore_and_a_cancelled_run_need_no_other_right(bool onlyOneNamespace)
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        var kubeconfig = await InstallAsync(cluster, onlyOneNamespace);
        await using var process = new OperatorUnderTest(kubeconfig, ("WATCH_NAMESPACES", onlyOneNamespace ? Samples.Namespace : ""));
        await process.LeadsAsync();

        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup("good")));
        await sidecar.QuiesceAsync();
        await sidecar.ResumeAsync();
        await sidecar.SucceedAsync();
        await cluster.BackupAsync("good", b => b.Status.Phase == BackupPhase.Completed && IsFree(b), "Completed");
        sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Restore("back")));
        await sidecar.SucceedAsync();
        await cluster.RestoreAsync("back", r => r.Status.Phase == RestorePhase.Completed && IsFree(r), "Completed");
        sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup("cancelled")));
        await cluster.PatchAsync<MySqlBackup>("cancelled", new JsonObject { ["spec"] = new JsonObject { ["cancel"] = true } });
        await process.UntilAsync(
            async () => await cluster.Client.GetAsync<V1Job>(sidecar.JobName, Samples.Namespace) is not { Metadata.DeletionTimestamp: null }, "the Job is deleted");

        (await cluster.Client.ListAsync<V1Event>(Samples.Namespace)).Items.ShouldNotBeEmpty();
        (await process.MetricsAsync()).ShouldNotContain("code=\"403\"", customMessage: string.Join('\n', process.Lines.Where(l => l.Contains("forbidden", StringComparison.Ordinal))));
        process.Terminate();
        (await process.ExitCodeAsync(TimeSpan.FromSeconds(30))).ShouldBe(0);
        (await cluster.Client.GetAsync<V1Lease>($"{Name}-leader", Name))!.Spec!.HolderIdentity.ShouldBe("", "it was given back");
        File.Delete(kubeconfig);
    }

    [Fact]
    public async Task A_namespace_that_is_deleted_with_the_operators_rights_in_it_does_not_stay()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        var kubeconfig = await InstallAsync(cluster, onlyOneNamespace: true);
        await using var process = new OperatorUnderTest(kubeconfig, ("WATCH_NAMESPACES", Samples.Namespace));
        await process.LeadsAsync();
        await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup("running")));

        await cluster.Client.DeleteAsync<V1RoleBinding>(Name, Samples.Namespace);
        await cluster.Client.DeleteAsync<V1Namespace>(Samples.Namespace);

        await process.UntilAsync(async () => await cluster.Client.GetAsync<MySqlBackup>("running", Samples.Namespace) is null, "the backup is let go");
        File.Delete(kubeconfig);
    }

    private static async Task<string> InstallAsync(ScriptedCluster cluster, bool onlyOneNamespace)
    {
        await cluster.Client.CreateAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = Name } });
        await cluster.Client.CreateAsync(new V1ServiceAccount { Metadata = new V1ObjectMeta { Name = Name, Namespace = Name } });
        var manifests = onlyOneNamespace ? GeneratedManifests.Roles(Name, Name, [Samples.Namespace]) : GeneratedManifests.ClusterRole(Name) + "---\n" + ClusterRoleBinding;
        foreach (var manifest in YamlReader.Read(manifests))
        {
            var plural = manifest["kind"]!.GetValue<string>().ToLowerInvariant() + "s";
            var path = manifest["metadata"]!["namespace"] is { } @namespace ? $"{Rbac}/namespaces/{@namespace}/{plural}" : $"{Rbac}/{plural}";
            await cluster.Client.SendRawAsync(HttpMethod.Post, path, manifest);
        }

        var kubeconfig = Path.GetTempFileName();
        cluster.Server.WriteKubeconfig(kubeconfig, cluster.Server.CreateToken(Name, Name), Name);
        return kubeconfig;
    }

    private static string ClusterRoleBinding =>
        File.ReadAllText(Path.Combine(Golden.Root, "deploy", "operator.yaml")).Split("---\n").Single(m => m.Contains("kind: ClusterRoleBinding", StringComparison.Ordinal));

    private static bool IsFree(IRunEntity run) => run.Metadata.Finalizers?.Contains(RunFinalizer.Name) != true;
}
