using System.Text.RegularExpressions;
using BackupOperator.Chart.Tests.Values;

namespace BackupOperator.Chart.Tests.Monitoring;

/// <summary>The Grafana dashboard shows what the operator tells.</summary>
public sealed partial class DashboardTests(ChartRenderer chart)
{
    private static JsonObject Dashboard => (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Chart, "dashboards", "mysql-backup-operator.json")))!;

    private static IReadOnlyList<JsonObject> Panels =>
        [.. Dashboard["panels"]!.AsArray().SelectMany(p => ((JsonArray?)p!["panels"] ?? []).Prepend(p)).Select(p => p!.AsObject()).Where(p => (string?)p["type"] != "row")];

    [Fact]
    public async Task Every_query_is_PromQL_over_metrics_that_exist()
    {
        var expressions = Panels.SelectMany(p => p["targets"]!.AsArray().Select(t => (Panel: (string)p["title"]!, Expression: (string)t!["expr"]!))).ToList();
        expressions.Count.ShouldBeGreaterThan(20);
        foreach (var (panel, expression) in expressions)
        {
            PromQl.Metrics(expression).ShouldNotBeEmpty(panel);
            PromQl.Metrics(expression).Except(ExposedMetrics.Names, StringComparer.Ordinal).ShouldBeEmpty(panel);
        }

        // As rules, so that Prometheus itself reads them.
        var rules = expressions.Select((e, i) => (JsonNode)new JsonObject { ["record"] = $"panel:{i}", ["expr"] = WithoutVariables(e.Expression) });
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, new JsonObject { ["groups"] = new JsonArray(new JsonObject { ["name"] = "panels", ["rules"] = new JsonArray([.. rules]) }) }.ToJsonString(), TestContext.Current.CancellationToken);
        var (code, output) = await Repository.RunAsync("promtool", "check", "rules", "--lint=none", file);
        File.Delete(file);
        code.ShouldBe(0, output);
    }

    [Fact]
    public void Every_metric_about_backups_is_on_it()
    {
        var shown = Panels.SelectMany(p => p["targets"]!.AsArray()).SelectMany(t => PromQl.Metrics((string)t!["expr"]!)).ToHashSet(StringComparer.Ordinal);
        ExposedMetrics.Names.GroupBy(n => HistogramPart().Replace(n, "")).Where(series => !series.Any(shown.Contains)).Select(series => series.Key).ShouldBeEmpty();
    }

    [Fact]
    public void Variables_are_defined_and_asked_of_metrics_that_exist()
    {
        var variables = Dashboard["templating"]!["list"]!.AsArray().Select(v => v!.AsObject()).ToDictionary(v => (string)v["name"]!, StringComparer.Ordinal);
        variables.Keys.ShouldBe(["datasource", "namespace", "target", "job"], ignoreOrder: true);
        foreach (var variable in variables.Values.Where(v => (string?)v["type"] == "query"))
        {
            var query = (string)variable["query"]!["query"]!;
            PromQl.Metrics(query.Split('(')[1].Split(',')[0]).Except(ExposedMetrics.Names, StringComparer.Ordinal).ShouldBeEmpty(query);
        }

        var used = Variable().Matches(Dashboard.ToJsonString()).Select(m => m.Groups[1].Value).Where(n => !n.StartsWith("__", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        used.ShouldBe(variables.Keys, ignoreOrder: true);
    }

    [Fact]
    public void Panels_ask_the_chosen_datasource_have_ids_of_their_own_and_do_not_overlap()
    {
        Panels.ShouldAllBe(p => (string?)p["datasource"]!["uid"] == "${datasource}");
        var all = Dashboard["panels"]!.AsArray().Select(p => p!.AsObject()).ToList();
        all.Select(p => (int)p["id"]!).ShouldBeUnique();
        var cells = all.SelectMany(p => Cells(p["gridPos"]!)).ToList();
        cells.ShouldBeUnique();
        cells.ShouldAllBe(c => c.X < 24);
    }

    [Fact]
    public async Task The_ConfigMap_carries_it_unchanged_under_the_label_of_the_sidecar()
    {
        var map = (await chart.RenderAsync("metrics: {grafanaDashboard: {enabled: true}}"))["ConfigMap"];
        ((string?)map["metadata"]!["labels"]!["grafana_dashboard"]).ShouldBe("1");
        JsonNode.DeepEquals(JsonNode.Parse((string)map["data"]!["mysql-backup-operator.json"]!), Dashboard).ShouldBeTrue();
    }

    private static string WithoutVariables(string expression) =>
        expression.Replace("$__rate_interval", "5m", StringComparison.Ordinal).Replace("$__range", "7d", StringComparison.Ordinal).Replace("$__interval", "1m", StringComparison.Ordinal);

    private static IEnumerable<(int X, int Y)> Cells(JsonNode at) =>
        from x in Enumerable.Range((int)at["x"]!, (int)at["w"]!)
        from y in Enumerable.Range((int)at["y"]!, (int)at["h"]!)
        select (x, y);

    [GeneratedRegex(@"\$\{?(\w+)")]
    private static partial Regex Variable();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex HistogramPart();
}
