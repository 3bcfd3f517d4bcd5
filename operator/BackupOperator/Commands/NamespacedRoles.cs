using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Crds;

namespace BackupOperator.Commands;

/// <summary>
/// The rights of an operator with <c>--watch-namespaces</c>: a Role and its binding in each of them, and in the
/// operator's own namespace the leader's Lease.
/// </summary>
/// <param name="name">Name of all Roles, bindings and of the ServiceAccount.</param>
/// <param name="operatorNamespace">Where the operator runs.</param>
internal sealed class NamespacedRoles(string name, string operatorNamespace)
{
    public IEnumerable<JsonObject> Build(IEnumerable<string> namespaces, IReadOnlyCollection<Type> controllers) =>
    [
        .. namespaces.Distinct(StringComparer.Ordinal).SelectMany(n => Pair(name, n, [.. ClusterRoleGenerator.Rules(controllers)])),
        .. Pair($"{name}-leader", operatorNamespace, LeaderRules()),
    ];

    /// <summary>A create cannot be limited to a name.</summary>
    private static JsonArray LeaderRules() =>
    [
        Rule(["create"]),
        Rule(["get", "patch"], RunCommand.LeaseName),
    ];

    private IEnumerable<JsonObject> Pair(string role, string @namespace, JsonArray rules)
    {
        yield return Object("Role", role, @namespace, new JsonObject { ["rules"] = rules });
        yield return Object("RoleBinding", role, @namespace, new JsonObject
        {
            ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "Role", ["name"] = role },
            ["subjects"] = new JsonArray(new JsonObject { ["kind"] = "ServiceAccount", ["name"] = name, ["namespace"] = operatorNamespace }),
        });
    }

    private static JsonObject Rule(string[] verbs, string? resourceName = null)
    {
        var rule = new JsonObject { ["apiGroups"] = Texts("coordination.k8s.io"), ["resources"] = Texts("leases") };
        if (resourceName is not null)
        {
            rule["resourceNames"] = Texts(resourceName);
        }

        rule["verbs"] = Texts(verbs);
        return rule;
    }

    private static JsonObject Object(string kind, string name, string @namespace, JsonObject content)
    {
        var result = new JsonObject
        {
            ["apiVersion"] = "rbac.authorization.k8s.io/v1",
            ["kind"] = kind,
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = @namespace },
        };
        foreach (var (key, value) in content.ToList())
        {
            content.Remove(key);
            result[key] = value;
        }

        return result;
    }

    private static JsonArray Texts(params string[] texts) => [.. texts.Select(t => JsonValue.Create(t))];
}
