using BackupOperator.Chart.Tests.Values;

namespace BackupOperator.Chart.Tests.Monitoring;

/// <summary>The alerts: what they look at exists, they fire when they should, and each says what to do.</summary>
public sealed class AlertTests(ChartRenderer chart)
{
    private static string RuleFile => Path.Combine(Repository.Chart, "files", "alerts.yaml");

    private static IReadOnlyList<JsonObject> Rules { get; } =
        [.. YamlReader.Read(File.ReadAllText(RuleFile)).Single()["groups"]!.AsArray().SelectMany(g => g!["rules"]!.AsArray()).Select(r => r!.AsObject())];

    public static TheoryData<string> Names => [.. Rules.Select(r => (string)r["alert"]!)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_alert_looks_at_what_the_operator_tells_and_has_a_runbook(string name)
    {
        var rule = (await chart.RenderAsync("metrics: {prometheusRule: {enabled: true}}"))["PrometheusRule"]["spec"]!["groups"]!.AsArray()
            .SelectMany(g => g!["rules"]!.AsArray()).Single(r => (string?)r!["alert"] == name)!;
        PromQl.Metrics((string)rule["expr"]!).Except(ExposedMetrics.Names, StringComparer.Ordinal).ShouldBeEmpty();
        PromQl.Metrics((string)rule["expr"]!).ShouldNotBeEmpty();
        ((string?)rule["labels"]!["severity"]).ShouldBeOneOf("warning", "critical");
        ((string?)rule["annotations"]!["summary"]).ShouldNotBeNullOrEmpty();
        ((string?)rule["annotations"]!["description"]).ShouldNotBeNullOrEmpty();
        ((string?)rule["annotations"]!["runbook_url"]).ShouldBe($"docs/runbooks/{name}.md");
        var runbook = Repository.Read("docs", "runbooks", $"{name}.md");
        runbook.ShouldStartWith($"# {name}\n");
        runbook.ShouldContain("```sh\n");
    }

    [Fact]
    public void Values_and_rule_file_agree_on_names_severity_and_patience()
    {
        var values = ValueCatalogue.Defaults["metrics"]!["prometheusRule"]!["alerts"]!.AsObject();
        values.Select(v => v.Key).ShouldBe(Rules.Select(r => (string)r["alert"]!), ignoreOrder: true);
        foreach (var rule in Rules)
        {
            var value = values[(string)rule["alert"]!]!;
            ((string?)value["severity"]).ShouldBe((string?)rule["labels"]!["severity"]);
            ((string?)value["for"]).ShouldBe((string?)rule["for"] ?? "0m");
        }
    }

    [Fact]
    public async Task Each_fires_when_it_should_and_only_then()
    {
        var folder = Repository.PathOf("tests", "BackupOperator.Chart.Tests", "Monitoring");
        string[] cases = [Path.Combine(folder, "alerts.test.yaml"), Path.Combine(folder, "alerts-of-days.test.yaml")];
        var (code, output) = await Repository.RunAsync("promtool", ["test", "rules", .. cases]);
        code.ShouldBe(0, output);
        var expected = cases.SelectMany(c => YamlReader.Read(File.ReadAllText(c)).Single()["tests"]!.AsArray()).SelectMany(t => t!["alert_rule_test"]!.AsArray()).ToLookup(
            t => (string)t!["alertname"]!, t => t!["exp_alerts"]!.AsArray().Count > 0);
        Rules.Select(r => (string)r["alert"]!).Where(name => !expected[name].Contains(true) || !expected[name].Contains(false)).ShouldBeEmpty("nobody has seen it fire, and be silent");
    }

    [Fact]
    public async Task What_is_rendered_is_a_rule_file_of_Prometheus()
    {
        var rendering = await chart.RenderAsync(ValueCatalogue.All(booleans: true, others: true));
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, rendering["PrometheusRule"]["spec"]!.ToJsonString(), TestContext.Current.CancellationToken);
        var (code, output) = await Repository.RunAsync("promtool", "check", "rules", file);
        File.Delete(file);
        code.ShouldBe(0, output);
    }

    [Fact]
    public async Task The_operators_own_alerts_look_at_this_release()
    {
        var rendering = await chart.RenderAsync("metrics: {prometheusRule: {enabled: true}}", new JsonObject { ["release"] = "nightly", ["namespace"] = "tools" });
        rendering["PrometheusRule"].ToJsonString().ShouldNotContain("job=\\u0022mysql-backup-operator\\u0022");
        var down = rendering["PrometheusRule"]["spec"]!["groups"]!.AsArray().SelectMany(g => g!["rules"]!.AsArray()).Single(r => (string?)r!["alert"] == "BackupOperatorDown");
        ((string?)down!["expr"]).ShouldBe("""absent(mysqlbackup_build_info{job="nightly-mysql-backup-operator",namespace="tools"})""");
        ((string?)rendering["Deployment"]["metadata"]!["name"]).ShouldBe("nightly-mysql-backup-operator");
    }

    [Fact]
    public async Task An_alert_that_is_off_is_not_there_and_others_take_their_settings()
    {
        var rendering = await chart.RenderAsync("""
            metrics:
              prometheusRule:
                enabled: true
                alertLabels: {team: databases}
                runbookUrl: https://runbooks.example.com/
                alerts:
                  BackupSlow: {enabled: false}
                  BackupFailed: {severity: page, for: 20m}
            """);
        var rules = rendering["PrometheusRule"]["spec"]!["groups"]!.AsArray().SelectMany(g => g!["rules"]!.AsArray()).ToList();
        rules.Count.ShouldBe(Rules.Count - 1);
        var failed = rules.Single(r => (string?)r!["alert"] == "BackupFailed")!;
        failed["labels"]!.AsObject().Select(l => $"{l.Key}={l.Value}").ShouldBe(["severity=page", "team=databases"], ignoreOrder: true);
        ((string?)failed["for"]).ShouldBe("20m");
        ((string?)failed["annotations"]!["runbook_url"]).ShouldBe("https://runbooks.example.com/BackupFailed.md");
    }
}
