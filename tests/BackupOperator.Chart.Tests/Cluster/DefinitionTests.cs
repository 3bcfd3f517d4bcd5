namespace BackupOperator.Chart.Tests.Cluster;

/// <summary>The CustomResourceDefinitions in the chart.</summary>
public sealed class DefinitionTests(ChartRenderer chart)
{
    private static string[] Names(string folder) => [.. Directory.GetFiles(folder, "*.yaml").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [Fact]
    public void The_chart_has_the_definitions_of_the_code()
    {
        var copies = Path.Combine(Repository.Chart, "files", "crds");
        Names(copies).ShouldBe(Names(Repository.PathOf("crds")));
        foreach (var name in Names(copies))
        {
            File.ReadAllText(Path.Combine(copies, name)).ShouldBe(Repository.Read("crds", name), $"{name}: run `make crds`");
        }

        Repository.Read("charts", "mysql-backup-operator", "files", "clusterrole.yaml").ShouldBe(Repository.Read("deploy", "rbac", "clusterrole.yaml"), "run `make crds`");
    }

    [Fact]
    public async Task They_are_rendered_whole_and_stay_when_the_release_goes()
    {
        var rendered = (await chart.RenderAsync()).Of("CustomResourceDefinition");
        rendered.Count.ShouldBe(Names(Repository.PathOf("crds")).Length);
        foreach (var definition in rendered)
        {
            var source = YamlReader.Read(Repository.Read("crds", $"{definition["metadata"]!["name"]}.yaml")).Single();
            JsonNode.DeepEquals(definition["spec"], source["spec"]).ShouldBeTrue();
            ((string?)definition["metadata"]!["annotations"]!["helm.sh/resource-policy"]).ShouldBe("keep");
        }
    }

    [Theory]
    [InlineData("crds: {keep: false}", false)]
    [InlineData("crds: {keep: false, annotations: {a: b}}", true)]
    public async Task Who_wants_to_loses_them_with_the_release(string values, bool annotated)
    {
        var rendered = (await chart.RenderAsync(values)).Of("CustomResourceDefinition");
        rendered.ShouldNotBeEmpty();
        rendered.ShouldAllBe(d => (d["metadata"]!["annotations"] != null) == annotated && !d.ToJsonString().Contains("resource-policy", StringComparison.Ordinal));
    }
}
