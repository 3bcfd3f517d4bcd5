using BackupOperator.Core.Durations;

namespace BackupOperator.Chart.Tests.Values;

/// <summary>values.schema.json refuses what is no setting, before anything is installed.</summary>
public sealed class SchemaTests(ChartRenderer chart)
{
    [Fact]
    public void The_schema_and_the_values_have_the_same_names()
    {
        Compare("", ValueCatalogue.Schema, ValueCatalogue.Defaults);

        static void Compare(string path, JsonObject schema, JsonObject values)
        {
            ((bool?)schema["additionalProperties"]).ShouldBe(false, $"{path}: a misspelt name would go unnoticed");
            schema["properties"]!.AsObject().Select(p => p.Key).Where(k => path + k != "global").Order(StringComparer.Ordinal)
                .ShouldBe(values.Select(v => v.Key).Order(StringComparer.Ordinal), path);
            foreach (var (key, value) in values)
            {
                if (ValueCatalogue.Property(schema, key)!.ContainsKey("properties"))
                {
                    Compare($"{path}{key}.", ValueCatalogue.Property(schema, key)!, (JsonObject)value!);
                }
            }
        }
    }

    [Fact]
    public async Task A_name_that_is_not_there_is_refused_at_every_level()
    {
        foreach (var leaf in ValueCatalogue.Leaves.DistinctBy(l => string.Join('.', l.Path.SkipLast(1))))
        {
            var sibling = leaf with { Path = [.. leaf.Path.SkipLast(1), "misspelt"] };
            (await chart.TryRenderAsync(sibling.Set(true))).Error.ShouldNotBeNull(sibling.ToString()).ShouldContain("misspelt is not allowed");
        }
    }

    [Fact]
    public async Task A_value_of_another_type_is_refused()
    {
        foreach (var leaf in ValueCatalogue.Leaves)
        {
            JsonNode wrong = leaf.Default is JsonArray or JsonObject ? JsonValue.Create("text") : new JsonArray("text");
            (await chart.TryRenderAsync(leaf.Set(wrong))).Error.ShouldNotBeNull(leaf.ToString()).ShouldContain("values don't meet the specifications");
        }
    }

    [Theory]
    [InlineData("replicas: -1")]
    [InlineData("maxConcurrentRuns: 0")]
    [InlineData("terminationGracePeriodSeconds: 35")]
    [InlineData("watchNamespaces: [Shop]")]
    [InlineData("watchNamespaces: ['a,b']")]
    [InlineData("resync: 5 minutes")]
    [InlineData("jobTtl: 1w")]
    [InlineData("logLevel: info")]
    [InlineData("image: {repository: 'operator:1.0'}")]
    [InlineData("image: {digest: 'sha256:1'}")]
    [InlineData("metrics: {port: 0}")]
    [InlineData("metrics: {prometheusRule: {alerts: {NoSuchAlert: {enabled: true}}}}")]
    [InlineData("metrics: {prometheusRule: {alerts: {BackupFailed: {severity: bad}}}}")]
    [InlineData("leaderElection: {enabled: false}")]
    [InlineData("serviceAccount: {create: false}")]
    [InlineData("extraEnv: [{value: nameless}]")]
    public async Task What_would_not_work_is_refused(string values) =>
        (await chart.TryRenderAsync((JsonObject)YamlReader.Read(values).Single())).Error.ShouldNotBeNull();

    [Fact]
    public void Durations_are_what_the_operator_reads()
    {
        foreach (var name in (string[])["resync", "jobTtl"])
        {
            ((string?)ValueCatalogue.Property(ValueCatalogue.Schema, name)!["pattern"]).ShouldBe(DurationText.Pattern);
        }
    }

    [Fact]
    public void The_readme_has_every_value()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Chart, "README.md"));
        ValueCatalogue.Leaves.Where(l => !l.ToString().Contains(".alerts.", StringComparison.Ordinal) && !readme.Contains($"`{l}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }
}
