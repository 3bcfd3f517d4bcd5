using System.Text.Json.Nodes;

namespace BackupOperator.Jobs;

/// <summary>Where the pod of a run may land: where the claim of the database can be mounted.</summary>
internal static class JobPlacement
{
    private const string NodeAffinity = "nodeAffinity";
    private const string PodAffinity = "podAffinity";
    private const string PodName = "statefulset.kubernetes.io/pod-name";
    private const string HostName = "kubernetes.io/hostname";
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";
    private const string Preferred = "preferredDuringSchedulingIgnoredDuringExecution";
    private const string NodeName = "metadata.name";
    private const string Terms = "nodeSelectorTerms";

    /// <summary>Adds the node to every way in which the wanted affinity can be met: terms are alternatives.</summary>
    public static JsonNode? Affinity(JsonObject? wanted, string? node)
    {
        if (node is null)
        {
            return wanted?.DeepClone();
        }

        var affinity = wanted?.DeepClone().AsObject() ?? [];
        var terms = Child(Child(affinity, NodeAffinity), Required)[Terms] as JsonArray;
        if (terms is null or { Count: 0 })
        {
            terms = [new JsonObject()];
            affinity[NodeAffinity]![Required]![Terms] = terms;
        }

        foreach (var term in terms.OfType<JsonObject>())
        {
            List(term, "matchFields").Add(IsNode(node));
        }

        return affinity;
    }

    /// <summary>
    /// Adds a wish for the node that the database was on before it was stopped: a claim that is attached to another node
    /// keeps the database from coming back. No more than a wish, for that node may be lost.
    /// </summary>
    public static JsonNode? Prefer(JsonNode? affinity, string? node)
    {
        if (node is null)
        {
            return affinity;
        }

        return Wish(affinity, NodeAffinity, "preference", new JsonObject { ["matchFields"] = new JsonArray(IsNode(node)) });
    }

    /// <summary>
    /// Adds a wish to be near the database's pod. The scheduler counts the wishes of pods that run already for those that it
    /// places (its plugin InterPodAffinity): so the pod that MySQL starts in again comes to the node where this one has the
    /// claim, and not to another one, which the volume could not follow it to.
    /// </summary>
    public static JsonNode Near(JsonNode? affinity, string pod) => Wish(affinity, PodAffinity, "podAffinityTerm", new JsonObject
    {
        ["labelSelector"] = new JsonObject { ["matchLabels"] = new JsonObject { [PodName] = pod } },
        ["topologyKey"] = HostName,
    });

    /// <returns>The node that <see cref="Affinity"/> has bound a pod to; null where it has not.</returns>
    public static string? NodeOf(JsonNode? affinity) =>
        (affinity?[NodeAffinity]?[Required]?[Terms] as JsonArray)?.OfType<JsonObject>()
            .SelectMany(term => term["matchFields"] as JsonArray ?? [])
            .Where(field => (string?)field?["key"] == NodeName)
            .Select(field => (string?)(field?["values"] as JsonArray)?.LastOrDefault())
            .FirstOrDefault();

    /// <summary>The pod must be let in wherever the database's own pod is.</summary>
    public static List<V1Toleration>? Tolerations(List<V1Toleration>? wanted, JobInput input)
    {
        List<V1Toleration> all = [.. wanted ?? [], .. input.Target?.StatefulSet.Spec?.Template?.Spec?.Tolerations ?? []];
        return all.Count == 0 ? null : all;
    }

    private static JsonObject Wish(JsonNode? affinity, string kind, string name, JsonObject term)
    {
        var wished = affinity as JsonObject ?? [];
        List(Child(wished, kind), Preferred).Add(new JsonObject { ["weight"] = 100, [name] = term });
        return wished;
    }

    private static JsonObject IsNode(string node) => new() { ["key"] = NodeName, ["operator"] = "In", ["values"] = new JsonArray(node) };

    private static JsonArray List(JsonObject parent, string name)
    {
        if (parent[name] is not JsonArray list)
        {
            list = [];
            parent[name] = list;
        }

        return list;
    }

    private static JsonObject Child(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject child)
        {
            child = [];
            parent[name] = child;
        }

        return child;
    }
}
