using BackupOperator.LocalCluster.ApiServer;

namespace BackupOperator.Chart.Tests.Manifests;

/// <summary>The real kubectl applies each example, and what an installation needs, to an API server of its own.</summary>
public sealed class ExampleTests
{
    public static TheoryData<string> Folders =>
        [.. Directory.GetDirectories(Repository.PathOf("examples"), "*", SearchOption.AllDirectories)
            .Where(d => Directory.GetFiles(d, "*.yaml").Length > 0).Select(d => Path.GetRelativePath(Repository.Root, d)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task An_example_can_be_applied(string folder)
    {
        await using var server = await LocalApiServer.StartAsync(new ApiServerOptions { Namespaces = ["default", "shop"] });
        await ApplyAsync(server, "-f", "crds");
        await ApplyAsync(server, File.Exists(Repository.PathOf(folder, "kustomization.yaml")) ? "-k" : "-f", folder);
    }

    [Theory]
    [InlineData("-k")]
    [InlineData("-f")]
    public async Task An_installation_is_one_command(string how)
    {
        var what = Repository.PathOf("deploy");
        if (how == "-f")
        {
            var (code, all) = await Repository.RunAsync(Repository.PathOf("scripts", "manifests.sh"), "install");
            code.ShouldBe(0, all);
            what = Path.GetTempFileName();
            await File.WriteAllTextAsync(what, all, TestContext.Current.CancellationToken);
        }

        await using var server = await LocalApiServer.StartAsync();
        await ApplyAsync(server, how, what);
        var (_, there) = await Repository.RunAsync("kubectl", "--kubeconfig", server.KubeconfigPath, "get", "deployments,crds,clusterroles,clusterrolebindings,services,pdb", "-A", "-o", "name");
        foreach (var name in (string[])["deployment.apps/mysql-backup-operator", "poddisruptionbudget.policy/mysql-backup-operator", "service/mysql-backup-operator",
            "clusterrole.rbac.authorization.k8s.io/mysql-backup-operator", "clusterrolebinding.rbac.authorization.k8s.io/mysql-backup-operator"])
        {
            there.ShouldContain(name);
        }

        foreach (var definition in Directory.GetFiles(Repository.PathOf("crds"), "*.yaml"))
        {
            there.ShouldContain($"customresourcedefinition.apiextensions.k8s.io/{Path.GetFileNameWithoutExtension(definition)}");
        }
    }

    [Fact]
    public async Task The_operators_manifest_is_the_chart_with_its_defaults()
    {
        var (code, output) = await Repository.RunAsync(Repository.PathOf("scripts", "manifests.sh"), "operator");
        code.ShouldBe(0, output);
        Repository.Read("deploy", "operator.yaml").ShouldBe(output, "run `make manifests`");
    }

    private static async Task ApplyAsync(LocalApiServer server, string how, string what)
    {
        var (code, output) = await Repository.RunAsync(
            "kubectl", "--kubeconfig", server.KubeconfigPath, "apply", "--server-side", "--validate=strict", how, Repository.PathOf(what));
        code.ShouldBe(0, $"{what}:\n{output}");
    }
}
