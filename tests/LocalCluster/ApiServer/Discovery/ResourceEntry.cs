namespace BackupOperator.LocalCluster.ApiServer.Discovery;

/// <summary>One resource or subresource in discovery.</summary>
internal sealed record ResourceEntry(
    string Name,
    string Singular,
    bool Namespaced,
    string Group,
    string Version,
    string Kind,
    IReadOnlyList<string> Verbs,
    IReadOnlyList<string> ShortNames,
    IReadOnlyList<string> Categories)
{
    public bool IsSubresource => Name.Contains('/', StringComparison.Ordinal);

    /// <summary>The form of <c>meta/v1 APIResource</c>; group and version only where they differ from the list's.</summary>
    public JsonObject ToApiResource()
    {
        var entry = new JsonObject { ["name"] = Name, ["singularName"] = IsSubresource ? "" : Singular, ["namespaced"] = Namespaced };
        if (IsSubresource && Kind is "Scale" or "Eviction" or "TokenRequest")
        {
            entry["group"] = Group;
            entry["version"] = Version;
        }

        entry["kind"] = Kind;
        entry["verbs"] = Strings(Verbs);
        Add(entry);
        return entry;
    }

    /// <summary>The form of <c>apidiscovery.k8s.io APIResourceDiscovery</c>, without subresources.</summary>
    public JsonObject ToAggregated()
    {
        var entry = new JsonObject
        {
            ["resource"] = Name,
            ["responseKind"] = ResponseKind(),
            ["scope"] = Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = Singular,
            ["verbs"] = Strings(Verbs),
        };
        Add(entry);
        return entry;
    }

    public JsonObject ToAggregatedSubresource() => new()
    {
        ["subresource"] = Name[(Name.IndexOf('/', StringComparison.Ordinal) + 1)..],
        ["responseKind"] = ResponseKind(),
        ["verbs"] = Strings(Verbs),
    };

    private static JsonArray Strings(IEnumerable<string> values) => [.. values.Select(value => JsonValue.Create(value))];

    private JsonObject ResponseKind() => new() { ["group"] = Group, ["version"] = Version, ["kind"] = Kind };

    private void Add(JsonObject entry)
    {
        if (ShortNames.Count > 0)
        {
            entry["shortNames"] = Strings(ShortNames);
        }

        if (Categories.Count > 0)
        {
            entry["categories"] = Strings(Categories);
        }
    }
}
