namespace BackupOperator.LocalCluster.ApiServer.Lifecycle;

/// <summary>Events are stored as core/v1 and shown as events.k8s.io/v1 too, where many fields have other names.</summary>
internal static class EventConversion
{
    public const string NewApiVersion = "events.k8s.io/v1";
    private static readonly (string Old, string New)[] Names =
    [
        ("involvedObject", "regarding"),
        ("message", "note"),
        ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"),
        ("reportingComponent", "reportingController"),
    ];

    public static JsonObject ToNew(JsonObject body) => Rename(body, NewApiVersion, Names.ToDictionary(pair => pair.Old, pair => pair.New, StringComparer.Ordinal));

    public static JsonObject ToOld(JsonObject body) => Rename(body, "v1", Names.ToDictionary(pair => pair.New, pair => pair.Old, StringComparer.Ordinal));

    /// <summary>The path in the stored form of a field that a selector names.</summary>
    public static string StoredField(string field)
    {
        foreach (var (old, @new) in Names)
        {
            if (field == @new || field.StartsWith(@new + ".", StringComparison.Ordinal))
            {
                return old + field[@new.Length..];
            }
        }

        return field == "source" ? "source.component" : field;
    }

    private static JsonObject Rename(JsonObject body, string apiVersion, Dictionary<string, string> names)
    {
        var result = new JsonObject();
        foreach (var (name, value) in body)
        {
            result[names.GetValueOrDefault(name) ?? name] = JsonNodes.Copy(value);
        }

        result["apiVersion"] = apiVersion;
        return result;
    }
}
