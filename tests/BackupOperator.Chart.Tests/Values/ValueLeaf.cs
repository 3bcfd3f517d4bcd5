namespace BackupOperator.Chart.Tests.Values;

/// <summary>A value that a user can set.</summary>
/// <param name="Path">Keys from the root.</param>
/// <param name="Schema">What the schema says about it.</param>
/// <param name="Default">What values.yaml says.</param>
public sealed record ValueLeaf(IReadOnlyList<string> Path, JsonObject Schema, JsonNode? Default)
{
    public bool IsBoolean => (string?)(Schema["type"] as JsonValue) == "boolean";

    /// <summary>Values that it may have, other than the default: both booleans, all words of an enumeration, else the examples of the schema.</summary>
    public IReadOnlyList<JsonNode?> Others =>
        [.. (IsBoolean ? [true, false] : (Schema["enum"] ?? Schema["examples"] ?? new JsonArray()).AsArray()).Where(v => !JsonNode.DeepEquals(v, Default))];

    /// <summary>Values in which only this one is set.</summary>
    public JsonObject Set(JsonNode? value, JsonObject? @in = null)
    {
        var root = (JsonObject?)@in?.DeepClone() ?? [];
        var at = root;
        foreach (var key in Path.SkipLast(1))
        {
            at = (JsonObject)(at[key] ??= new JsonObject());
        }

        at[Path[^1]] = value?.DeepClone();
        return root;
    }

    public override string ToString() => string.Join('.', Path);
}
