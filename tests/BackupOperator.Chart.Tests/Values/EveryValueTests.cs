using BackupOperator.Chart.Tests.Cluster;

namespace BackupOperator.Chart.Tests.Values;

/// <summary>
/// Each value of values.yaml is set to each other value that the schema names, once among the defaults and once where all
/// that can be turned on is on. It has to change something, and an API server has to take what comes of it.
/// </summary>
public sealed class EveryValueTests(ChartRenderer chart, ApiServer server)
{
    /// <summary>What some values need beside them.</summary>
    private static readonly Dictionary<string, string> Companions = new(StringComparer.Ordinal)
    {
        ["leaderElection.enabled"] = "replicas: 1",
        ["rbac.finalizers"] = "watchNamespaces: [shop]",
        ["serviceAccount.create"] = "serviceAccount: {name: theirs}",
    };

    public static TheoryData<string> Names => [.. ValueCatalogue.Leaves.Select(l => l.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_value_has_an_effect_that_an_API_server_takes(string name)
    {
        var leaf = ValueCatalogue.Leaves.Single(l => l.ToString() == name);
        var companion = Companions.TryGetValue(name, out var yaml) ? (JsonObject)YamlReader.Read(yaml).Single() : null;
        leaf.Others.ShouldNotBeEmpty("the schema names no example");
        foreach (var value in leaf.Others)
        {
            var changed = false;
            foreach (var start in (JsonObject[])[[], ValueCatalogue.All(booleans: true, others: false)])
            {
                var with = Merge(start, companion);
                if (leaf.Path[0] != "crds")
                {
                    // Nine tenths of what is rendered, and no other value changes them.
                    with["crds"] = new JsonObject { ["install"] = false };
                }

                var before = await chart.RenderAsync(leaf.Set(leaf.Default, with));
                var after = await chart.RenderAsync(leaf.Set(value, with));
                changed |= before.ToString() != after.ToString();
                await server.TakesAsync(after.Objects);
            }

            changed.ShouldBeTrue($"{name}={value?.ToJsonString()} changes nothing");
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task All_at_once_are_taken(bool booleans, bool others) =>
        await server.TakesAsync((await chart.RenderAsync(ValueCatalogue.All(booleans, others))).Objects);

    private static JsonObject Merge(JsonObject into, JsonObject? from)
    {
        var result = (JsonObject)into.DeepClone();
        foreach (var (key, value) in from ?? [])
        {
            result[key] = result[key] is JsonObject there && value is JsonObject more ? Merge(there, more) : value?.DeepClone();
        }

        return result;
    }
}
