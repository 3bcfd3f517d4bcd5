using System.CommandLine;
using BackupOperator.Chart.Tests.Values;
using BackupOperator.Commands;
using BackupOperator.Tests.Jobs;

namespace BackupOperator.Chart.Tests.Cluster;

/// <summary>The operator's pods.</summary>
public sealed class DeploymentTests(ChartRenderer chart)
{
    [Fact]
    public async Task The_pods_pass_the_restricted_standard()
    {
        foreach (var values in (JsonObject[])[[], ValueCatalogue.All(booleans: true, others: true), ValueCatalogue.All(booleans: false, others: true)])
        {
            var pod = (await chart.RenderAsync(values))["Deployment"]["spec"]!["template"]!["spec"]!.AsObject();
            RestrictedStandard.Violations(pod).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task The_operator_takes_its_variables_and_arguments()
    {
        foreach (var values in (JsonObject[])[[], ValueCatalogue.All(booleans: true, others: true)])
        {
            var rendering = await chart.RenderAsync(values);
            var run = new RunCommand();
            var parsed = new RootCommand { run }.Parse(
                ["run", .. rendering.Arguments, .. run.FromEnvironment(rendering.Arguments, name => rendering.Variables.GetValueOrDefault(name))]);
            parsed.Errors.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Every_flag_of_the_operator_can_be_set_and_no_other()
    {
        var flags = new RunCommand().Options.Select(o => o.Name.TrimStart('-').Replace('-', '_').ToUpperInvariant());
        var every = ValueCatalogue.All(booleans: true, others: true);
        every.Remove("extraEnv");
        (await chart.RenderAsync(every)).Variables.Keys.ShouldBe(flags, ignoreOrder: true);
    }

    [Fact]
    public async Task The_pods_have_longer_to_stop_than_the_operator_takes() =>
        ((double)(await chart.RenderAsync())["Deployment"]["spec"]!["template"]!["spec"]!["terminationGracePeriodSeconds"]!)
            .ShouldBeGreaterThan(RunCommand.LongestShutdown.TotalSeconds);

    [Fact]
    public async Task A_selector_finds_the_pods_whatever_labels_others_add()
    {
        var rendering = await chart.RenderAsync(ValueCatalogue.All(booleans: true, others: true));
        var labels = rendering["Deployment"]["spec"]!["template"]!["metadata"]!["labels"]!.AsObject();
        JsonNode[] selectors =
        [
            rendering["Deployment"]["spec"]!["selector"]!["matchLabels"]!,
            rendering["PodDisruptionBudget"]["spec"]!["selector"]!["matchLabels"]!,
            rendering["NetworkPolicy"]["spec"]!["podSelector"]!["matchLabels"]!,
            rendering["Service"]["spec"]!["selector"]!,
            rendering["Deployment"]["spec"]!["template"]!["spec"]!["topologySpreadConstraints"]![0]!["labelSelector"]!["matchLabels"]!,
        ];
        foreach (var selector in selectors)
        {
            selector.AsObject().ShouldNotBeEmpty();
            selector.AsObject().ShouldAllBe(s => (string?)s.Value == (string?)labels[s.Key]);
        }

        rendering["ServiceMonitor"]["spec"]!["selector"]!["matchLabels"]!.AsObject().ShouldAllBe(s => (string?)s.Value == (string?)rendering["Service"]["metadata"]!["labels"]![s.Key]);
    }

    [Fact]
    public async Task Prometheus_scrapes_the_port_of_the_Service_and_keeps_the_databases_namespace()
    {
        var rendering = await chart.RenderAsync("metrics: {serviceMonitor: {enabled: true}, service: {enabled: false, port: 80}, port: 9090}");
        var endpoint = rendering["ServiceMonitor"]["spec"]!["endpoints"]![0]!;
        ((bool?)endpoint["honorLabels"]).ShouldBe(true);
        var port = rendering["Service"]["spec"]!["ports"]!.AsArray().Single(p => (string?)p!["name"] == (string?)endpoint["port"])!;
        ((int)port["port"]!).ShouldBe(80);
        var named = rendering.Container["ports"]!.AsArray().Single(p => (string?)p!["name"] == (string?)port["targetPort"])!;
        ((int)named["containerPort"]!).ShouldBe(9090);
        rendering.Variables["METRICS_BIND_ADDRESS"].ShouldBe(":9090");
        rendering["Deployment"].ToJsonString().ShouldNotContain("prometheus.io/scrape");
    }

    [Fact]
    public async Task Two_never_work_at_once_without_a_leader()
    {
        var deployment = (await chart.RenderAsync("{replicas: 1, leaderElection: {enabled: false}}"))["Deployment"];
        ((string?)deployment["spec"]!["strategy"]!["type"]).ShouldBe("Recreate");
    }

    [Fact]
    public async Task A_digest_takes_the_place_of_a_tag()
    {
        var digest = "sha256:" + new string('a', 64);
        var rendering = await chart.RenderAsync($"{{image: {{tag: x, digest: '{digest}'}}, sidecarImage: {{repository: 'host:5000/sidecar', tag: '7'}}}}");
        ((string?)rendering.Container["image"]).ShouldBe($"mysql-backup-operator@{digest}");
        rendering.Variables["SIDECAR_IMAGE"].ShouldBe("host:5000/sidecar:7");
    }
}
