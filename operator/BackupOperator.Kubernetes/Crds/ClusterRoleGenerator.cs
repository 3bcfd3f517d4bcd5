using System.Reflection;
using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Crds.Attributes;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Crds;

/// <summary>Makes the operator's ClusterRole from what its controllers say they need.</summary>
public static class ClusterRoleGenerator
{
    /// <param name="types">Types with <see cref="EntityRbacAttribute"/>s.</param>
    public static JsonObject Generate(string name, IEnumerable<Type> types) =>
        new()
        {
            ["apiVersion"] = "rbac.authorization.k8s.io/v1",
            ["kind"] = "ClusterRole",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["rules"] = new JsonArray([.. Rules(types)]),
        };

    /// <summary>One rule for each group and set of verbs, in a stable order.</summary>
    public static IEnumerable<JsonObject> Rules(IEnumerable<Type> types) =>
        types.SelectMany(t => t.GetCustomAttributes<EntityRbacAttribute>())
            .SelectMany(a => a.Entities.Select(e => (Definition: EntityDefinition.Of(e), a.Subresource, a.Verbs)))
            .GroupBy(r => (r.Definition.Group, Resource: r.Subresource is null ? r.Definition.PluralName : $"{r.Definition.PluralName}/{r.Subresource}"))
            .Select(g => (g.Key.Group, g.Key.Resource, Verbs: g.Aggregate(RbacVerb.None, (verbs, r) => verbs | r.Verbs)))
            .GroupBy(r => (r.Group, r.Verbs))
            .OrderBy(g => g.Key.Group, StringComparer.Ordinal).ThenBy(g => g.Min(r => r.Resource), StringComparer.Ordinal)
            .Select(g => new JsonObject
            {
                ["apiGroups"] = Texts([g.Key.Group]),
                ["resources"] = Texts(g.Select(r => r.Resource).Order(StringComparer.Ordinal)),
                ["verbs"] = Texts(Names(g.Key.Verbs)),
            });

    private static IEnumerable<string> Names(RbacVerb verbs) =>
        Enum.GetValues<RbacVerb>()
            .Where(v => int.PopCount((int)v) == 1 && verbs.HasFlag(v))
            .Select(v => v.ToString().ToLowerInvariant());

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(t => JsonValue.Create(t))];
}
