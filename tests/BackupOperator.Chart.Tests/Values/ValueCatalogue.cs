namespace BackupOperator.Chart.Tests.Values;

/// <summary>All values of the chart, as values.yaml and values.schema.json have them.</summary>
internal static class ValueCatalogue
{
    public static JsonObject Schema { get; } = (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Chart, "values.schema.json")))!;

    public static JsonObject Defaults { get; } = (JsonObject)YamlReader.Read(File.ReadAllText(Path.Combine(Repository.Chart, "values.yaml"))).Single();

    public static IReadOnlyList<ValueLeaf> Leaves { get; } = [.. Below([], Schema, Defaults)];

    /// <summary>Values with all booleans so, and with the first example of all others where they are to be set too.</summary>
    public static JsonObject All(bool booleans, bool others) => Leaves
        .Where(leaf => leaf.IsBoolean || (others && leaf.Others.Count > 0))
        .Aggregate(new JsonObject(), (values, leaf) => leaf.Set(leaf.IsBoolean ? booleans : leaf.Others[0], values));

    /// <summary>What the schema says about a key of an object that has named keys; null where it is none of them.</summary>
    public static JsonObject? Property(JsonObject schema, string key) => schema["properties"]?[key] is JsonObject property ? Resolve(property) : null;

    private static IEnumerable<ValueLeaf> Below(IReadOnlyList<string> path, JsonObject schema, JsonObject defaults)
    {
        foreach (var (key, value) in defaults)
        {
            var property = Property(schema, key).ShouldNotBeNull($"values.schema.json does not know {string.Join('.', [.. path, key])}");
            if (property.ContainsKey("properties"))
            {
                foreach (var leaf in Below([.. path, key], property, (JsonObject)value!))
                {
                    yield return leaf;
                }
            }
            else
            {
                yield return new ValueLeaf([.. path, key], property, value);
            }
        }
    }

    private static JsonObject Resolve(JsonObject schema) =>
        (string?)schema["$ref"] is { } reference ? (JsonObject)Schema["definitions"]![reference.Split('/')[^1]]! : schema;
}
