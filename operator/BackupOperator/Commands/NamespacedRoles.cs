using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Crds;
using BackupOperator.Runs;

namespace BackupOperator.Commands;

/// <summary>
/// The rights of an operator with <c>--watch-namespaces</c>: a Role and its binding in each of them, and in the
/// operator's own namespace the leader's Lease. One ClusterRole lets it take its finalizers away in a namespace that is
/// being deleted, when the Role in there is gone.
/// </summary>
/// <param name="name">Name of all Roles, bindings and of the ServiceAccount.</param>
/// <param name="operatorNamespace">Where the operator runs.</param>
internal sealed class NamespacedRoles(string name, string operatorNamespace)
{
    public IEnumerable<JsonObject> Build(IEnumerable<string> namespaces, IReadOnlyCollection<Type> controllers) =>
    [
        .. namespaces.Distinct(StringComparer.Ordinal).SelectMany(n => Pair(name, n, [.. ClusterRoleGenerator.Rules(controllers)])),
        .. Pair($"{name}-leader", operatorNamespace, LeaderRules()),
        .. Cluster(new JsonArray([.. ClusterRoleGenerator.Rules([typeof(NamespaceEndRbac)])])),
    ];

    /// <summary>Named after the namespace, too: operators with different namespaces share a cluster.</summary>
    private IEnumerable<JsonObject> Cluster(JsonArray rules)
    {
        var role = $"{name}-{operatorNamespace}-finalizers";
        yield return Object("ClusterRole", role, @namespace: null, new JsonObject { ["rules"] = rules });
        yield return Object("ClusterRoleBinding", role, @namespace: null, Binding("ClusterRole", role));
    }

    /// <summary>A create cannot be limited to a name.</summary>
    private static JsonArray LeaderRules() =>
    [
        Rule(["create"]),
        Rule(["get", "patch"], RunCommand.LeaseName),
    ];

    private IEnumerable<JsonObject> Pair(string role, string @namespace, JsonArray rules)
    {
        yield return Object("Role", role, @namespace, new JsonObject { ["rules"] = rules });
        yield return Object("RoleBinding", role, @namespace, Binding("Role", role));
    }

    private JsonObject Binding(string kind, string role) => new()
    {
        ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = kind, ["name"] = role },
        ["subjects"] = new JsonArray(new JsonObject { ["kind"] = "ServiceAccount", ["name"] = name, ["namespace"] = operatorNamespace }),
    };

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

    private static JsonObject Object(string kind, string name, string? @namespace, JsonObject content)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (@namespace is not null)
        {
            metadata["namespace"] = @namespace;
        }

        var result = new JsonObject
        {
            ["apiVersion"] = "rbac.authorization.k8s.io/v1",
            ["kind"] = kind,
            ["metadata"] = metadata,
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
