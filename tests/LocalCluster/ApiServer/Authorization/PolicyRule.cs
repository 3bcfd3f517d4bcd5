namespace BackupOperator.LocalCluster.ApiServer.Authorization;

/// <summary>What a role allows (<c>rbac/v1 PolicyRule</c>).</summary>
internal sealed record PolicyRule(IReadOnlyList<string> Verbs, IReadOnlyList<string> Groups, IReadOnlyList<string> Resources, IReadOnlyList<string> Names, IReadOnlyList<string> Urls)
{
    public static PolicyRule Read(JsonObject rule) => new(
        [.. rule.Texts("verbs")],
        [.. rule.Texts("apiGroups")],
        [.. rule.Texts("resources")],
        [.. rule.Texts("resourceNames")],
        [.. rule.Texts("nonResourceURLs")]);

    public bool Allows(AccessRequest request) =>
        Has(Verbs, request.Verb) &&
        Has(Groups, request.Group) &&
        (Has(Resources, request.FullResource) || (request.Subresource.Length > 0 && Resources.Contains($"*/{request.Subresource}"))) &&
        (Names.Count == 0 || (request.Name.Length > 0 && Names.Contains(request.Name)));

    public bool AllowsUrl(string verb, string path) =>
        Has(Verbs, verb) && Urls.Any(url => url == "*" || url == path || (url.EndsWith('*') && path.StartsWith(url[..^1], StringComparison.Ordinal)));

    /// <summary>The rule as single permissions, each a rule of one verb, group, resource and name.</summary>
    public IEnumerable<PolicyRule> Split() =>
        from verb in Verbs
        from @group in Groups
        from resource in Resources
        from name in Names.Count == 0 ? [""] : Names
        select new PolicyRule([verb], [@group], [resource], name.Length == 0 ? [] : [name], []);

    /// <summary>Whether this rule gives all that a single permission gives.</summary>
    public bool Covers(PolicyRule single) =>
        Has(Verbs, single.Verbs[0]) &&
        Has(Groups, single.Groups[0]) &&
        (Has(Resources, single.Resources[0]) || (single.Resources[0].Split('/') is [_, var subresource] && Resources.Contains($"*/{subresource}"))) &&
        (Names.Count == 0 || (single.Names.Count > 0 && Names.Contains(single.Names[0])));

    /// <summary>The form in messages about escalation.</summary>
    public override string ToString()
    {
        static string Show(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(value => $"\"{value}\""))}]";
        var names = Names.Count == 0 ? "" : $", ResourceNames:{Show(Names)}";
        return $"{{APIGroups:{Show(Groups)}, Resources:{Show(Resources)}{names}, Verbs:{Show(Verbs)}}}";
    }

    public JsonObject ToJson()
    {
        static JsonArray Array(IEnumerable<string> values) => [.. values.Select(value => JsonValue.Create(value))];
        var json = new JsonObject { ["verbs"] = Array(Verbs) };
        foreach (var (name, values) in new[] { ("apiGroups", Groups), ("resources", Resources), ("resourceNames", Names), ("nonResourceURLs", Urls) })
        {
            if (values.Count > 0)
            {
                json[name] = Array(values);
            }
        }

        return json;
    }

    private static bool Has(IReadOnlyList<string> values, string value) => values.Contains("*") || values.Contains(value);
}
