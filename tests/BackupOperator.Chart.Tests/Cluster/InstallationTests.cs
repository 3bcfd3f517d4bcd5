using System.Diagnostics;
using BackupOperator.Api.Entities;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Configuration;
using BackupOperator.LocalCluster.ApiServer;
using BackupOperator.TestSupport.Programs;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.Chart.Tests.Cluster;

/// <summary>The real operator, with the settings of the rendered Deployment and the rights of the rendered account, and no others.</summary>
public sealed class InstallationTests(ChartRenderer chart)
{
    private const string Schedule = """
        apiVersion: mysqlbackup.io/v1alpha1
        kind: MySqlBackupSchedule
        metadata: {name: nightly, namespace: shop}
        spec:
          schedule: "@daily"
          immediate: true
          template:
            spec:
              target: {statefulSet: db}
              storage: {volume: {claimName: backups}}
        """;

    [Theory]
    [InlineData("{}")]
    [InlineData("{watchNamespaces: [shop]}")]
    [InlineData("{replicas: 1, leaderElection: {enabled: false}}")]
    public async Task An_installed_operator_leads_and_takes_up_a_schedule(string values)
    {
        var rendering = await chart.RenderAsync(values, new JsonObject { ["release"] = "nightly", ["namespace"] = "tools" });
        await using var server = await LocalApiServer.StartAsync(new ApiServerOptions { Namespaces = ["default", "tools", "shop"] });
        using var client = new KubernetesClient(KubernetesClientConfiguration.BuildConfigFromConfigFile(server.KubeconfigPath));
        await ApplyAsync(server, string.Join('\n', rendering.Objects.Select(o => o.ToJsonString())));

        var kubeconfig = Path.GetTempFileName();
        var account = (string)rendering["Deployment"]["spec"]!["template"]!["spec"]!["serviceAccountName"]!;
        server.WriteKubeconfig(kubeconfig, server.CreateToken("tools", account), "tools");
        var port = FreePort.Find();
        using var process = Start(rendering, kubeconfig, port);
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            await UntilAsync(async () => (await GetAsync(http, "/metrics")).Contains("mysqlbackup_leader 1\n", StringComparison.Ordinal), "leads");
            await UntilAsync(async () => await GetAsync(http, "/readyz") == "ok", "is ready");

            await ApplyAsync(server, Schedule);
            await UntilAsync(async () => (await client.ListAsync<MySqlBackup>("shop")).Items.Count > 0, "has made a backup of the schedule");
            (await GetAsync(http, "/metrics")).ShouldNotContain("code=\"403\"");
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            File.Delete(kubeconfig);
        }
    }

    private static Process Start(RenderedChart rendering, string kubeconfig, int port)
    {
        var start = new ProcessStartInfo("dotnet", [BuiltProgram.Operator, .. rendering.Arguments]) { RedirectStandardError = true };
        foreach (var (name, value) in rendering.Variables)
        {
            start.Environment[name] = value;
        }

        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["POD_NAME"] = "operator-0";
        start.Environment["POD_NAMESPACE"] = "tools";
        start.Environment["METRICS_BIND_ADDRESS"] = $"127.0.0.1:{port}";
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => TestContext.Current.TestOutputHelper?.WriteLine(line.Data ?? "");
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task ApplyAsync(LocalApiServer server, string manifest)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, manifest, TestContext.Current.CancellationToken);
        var (code, output) = await Repository.RunAsync("kubectl", "--kubeconfig", server.KubeconfigPath, "apply", "--server-side", "--validate=strict", "-f", file);
        File.Delete(file);
        code.ShouldBe(0, output);
    }

    private static async Task<string> GetAsync(HttpClient http, string path)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            return (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).TrimEnd(path == "/readyz" ? '\n' : '\0');
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        for (var patience = Stopwatch.StartNew(); !await holds(); await Task.Delay(100, TestContext.Current.CancellationToken))
        {
            patience.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(90), $"it never {what}");
        }
    }
}
