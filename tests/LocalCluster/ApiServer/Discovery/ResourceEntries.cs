using BackupOperator.LocalCluster.ApiServer.Registry;

namespace BackupOperator.LocalCluster.ApiServer.Discovery;

/// <summary>What a group version serves, with subresources and reviews.</summary>
internal static class ResourceEntries
{
    private static readonly string[] AllVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
    private static readonly string[] ObjectVerbs = ["get", "patch", "update"];

    public static IEnumerable<ResourceEntry> Of(ResourceRegistry registry, string group, string version)
    {
        foreach (var definition in registry.All.Where(definition => definition.Group == group && definition.Version == version))
        {
            var verbs = definition is { Group: "", Plural: "namespaces" } ? AllVerbs.Where(verb => verb != "deletecollection") : AllVerbs;
            yield return new ResourceEntry(definition.Plural, definition.Singular, definition.Namespaced, group, version, definition.Kind, [.. verbs], definition.ShortNames, definition.Categories);
            if (definition.HasStatus)
            {
                yield return Sub(definition, "status", group, version, definition.Kind, ObjectVerbs);
            }

            if (definition.Scale is not null)
            {
                yield return Sub(definition, "scale", "autoscaling", "v1", "Scale", ObjectVerbs);
            }

            foreach (var entry in Extra(definition))
            {
                yield return entry;
            }
        }

        foreach (var (name, kind) in Reviews(group, version))
        {
            yield return new ResourceEntry(name, kind.ToLowerInvariant(), name.StartsWith("local", StringComparison.Ordinal), group, version, kind, ["create"], [], []);
        }
    }

    public static IEnumerable<JsonObject> Aggregated(ResourceRegistry registry, string group, string version)
    {
        var entries = Of(registry, group, version).ToList();
        foreach (var entry in entries.Where(entry => !entry.IsSubresource))
        {
            var document = entry.ToAggregated();
            var subresources = entries.Where(sub => sub.Name.StartsWith(entry.Name + "/", StringComparison.Ordinal)).Select(sub => sub.ToAggregatedSubresource()).ToList();
            if (subresources.Count > 0)
            {
                document["subresources"] = new JsonArray([.. subresources]);
            }

            yield return document;
        }
    }

    private static IEnumerable<ResourceEntry> Extra(ResourceDefinition definition) => (definition.Group, definition.Plural) switch
    {
        ("", "pods") =>
        [
            Sub(definition, "binding", "", "v1", "Binding", ["create"]),
            Sub(definition, "eviction", "policy", "v1", "Eviction", ["create"]),
            Sub(definition, "log", "", "v1", "Pod", ["get"]),
        ],
        ("", "serviceaccounts") => [Sub(definition, "token", "authentication.k8s.io", "v1", "TokenRequest", ["create"])],
        ("", "namespaces") => [Sub(definition, "finalize", "", "v1", "Namespace", ["update"])],
        _ => [],
    };

    private static IEnumerable<(string Name, string Kind)> Reviews(string group, string version) => (group, version) switch
    {
        ("authentication.k8s.io", "v1") => [("tokenreviews", "TokenReview"), ("selfsubjectreviews", "SelfSubjectReview")],
        ("authorization.k8s.io", "v1") =>
        [
            ("localsubjectaccessreviews", "LocalSubjectAccessReview"),
            ("selfsubjectaccessreviews", "SelfSubjectAccessReview"),
            ("selfsubjectrulesreviews", "SelfSubjectRulesReview"),
            ("subjectaccessreviews", "SubjectAccessReview"),
        ],
        _ => [],
    };

    private static ResourceEntry Sub(ResourceDefinition definition, string name, string group, string version, string kind, string[] verbs) =>
        new($"{definition.Plural}/{name}", "", definition.Namespaced, group, version, kind, verbs, [], []);
}
