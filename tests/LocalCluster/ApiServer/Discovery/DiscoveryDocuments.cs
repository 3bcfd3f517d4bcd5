using BackupOperator.LocalCluster.ApiServer.Registry;

namespace BackupOperator.LocalCluster.ApiServer.Discovery;

/// <summary>Tells clients what is served (<c>meta/v1 APIGroupList</c>, <c>APIResourceList</c>, <c>apidiscovery.k8s.io/v2 APIGroupDiscoveryList</c>).</summary>
internal sealed class DiscoveryDocuments(ResourceRegistry registry)
{
    private static readonly (string Group, string Version)[] AlwaysServed = [("authentication.k8s.io", "v1"), ("authorization.k8s.io", "v1")];

    public static JsonObject ApiVersions(string address) => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new JsonArray("v1"),
        ["serverAddressByClientCIDRs"] = new JsonArray(new JsonObject { ["clientCIDR"] = "0.0.0.0/0", ["serverAddress"] = address }),
    };

    public JsonObject Groups() => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray([.. GroupVersions().Select(group => GroupDocument(group.Group, group.Versions, inList: true))]),
    };

    public JsonObject? Group(string group) =>
        GroupVersions().Where(entry => entry.Group == group).Select(entry => GroupDocument(entry.Group, entry.Versions, inList: false)).FirstOrDefault();

    public JsonObject? Resources(string group, string version)
    {
        var resources = ResourceEntries.Of(registry, group, version).ToList();
        if (resources.Count == 0)
        {
            return null;
        }

        return new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}",
            ["resources"] = new JsonArray([.. resources.Select(resource => resource.ToApiResource())]),
        };
    }

    /// <summary>Everything under <c>/api</c> or <c>/apis</c> in one document.</summary>
    public JsonObject Aggregated(bool core, string version) => new()
    {
        ["kind"] = "APIGroupDiscoveryList",
        ["apiVersion"] = $"apidiscovery.k8s.io/{version}",
        ["metadata"] = new JsonObject(),
        ["items"] = new JsonArray([.. (core ? [("", ["v1"])] : GroupVersions()).Select(AggregatedGroup)]),
    };

    private JsonObject AggregatedGroup((string Group, IReadOnlyList<string> Versions) group)
    {
        var metadata = new JsonObject { ["creationTimestamp"] = null };
        if (group.Group.Length > 0)
        {
            metadata["name"] = group.Group;
        }

        return new JsonObject
        {
            ["metadata"] = metadata,
            ["versions"] = new JsonArray([.. group.Versions.Select(version => new JsonObject
            {
                ["version"] = version,
                ["freshness"] = "Current",
                ["resources"] = new JsonArray([.. ResourceEntries.Aggregated(registry, group.Group, version)]),
            })]),
        };
    }

    private IEnumerable<(string Group, IReadOnlyList<string> Versions)> GroupVersions() =>
        registry.All.Select(definition => (definition.Group, definition.Version))
            .Concat(AlwaysServed)
            .Where(entry => entry.Group.Length > 0)
            .Distinct()
            .GroupBy(entry => entry.Group, StringComparer.Ordinal)
            .Select(group => (group.Key, (IReadOnlyList<string>)[.. group.Select(entry => entry.Version)]));

    private static JsonObject GroupDocument(string group, IReadOnlyList<string> versions, bool inList)
    {
        var entries = versions.Select(version => new JsonObject { ["groupVersion"] = $"{group}/{version}", ["version"] = version }).ToList();
        var document = new JsonObject
        {
            ["name"] = group,
            ["versions"] = new JsonArray([.. entries]),
            ["preferredVersion"] = entries[0].DeepClone(),
        };
        if (!inList)
        {
            document.Insert(0, "kind", "APIGroup");
            document.Insert(1, "apiVersion", "v1");
        }

        return document;
    }
}
