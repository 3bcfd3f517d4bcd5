using BackupOperator.LocalCluster.ApiServer.Authentication;
using BackupOperator.LocalCluster.ApiServer.Storage;

namespace BackupOperator.LocalCluster.ApiServer.Authorization;

/// <summary>Decides by the roles and bindings that are stored (RBAC).</summary>
internal sealed class RoleBasedAuthorizer(ObjectStore store)
{
    private const string Group = "rbac.authorization.k8s.io";

    public bool Allows(UserInfo user, AccessRequest request) =>
        user.IsMaster || RulesOf(user, request.Namespace).Any(rule => rule.Allows(request));

    public bool AllowsUrl(UserInfo user, string verb, string path) =>
        user.IsMaster || RulesOf(user, "").Any(rule => rule.AllowsUrl(verb, path));

    /// <summary>All rules that a user has over the cluster and in a namespace.</summary>
    public IEnumerable<PolicyRule> RulesOf(UserInfo user, string @namespace)
    {
        foreach (var binding in store.Read($"{Group}/clusterrolebindings").Objects.Values.Where(binding => Names(binding.Body, user, "")))
        {
            foreach (var rule in RulesOfRole(binding.Body["roleRef"], ""))
            {
                yield return rule;
            }
        }

        if (@namespace.Length == 0)
        {
            yield break;
        }

        foreach (var binding in store.Read($"{Group}/rolebindings").Objects.Values.Where(binding => binding.Namespace == @namespace && Names(binding.Body, user, @namespace)))
        {
            foreach (var rule in RulesOfRole(binding.Body["roleRef"], @namespace))
            {
                yield return rule;
            }
        }
    }

    public IEnumerable<PolicyRule> RulesOfRole(JsonNode? reference, string @namespace)
    {
        var name = reference.Text("name") ?? "";
        var role = reference.Text("kind") == "ClusterRole" ? store.Get($"{Group}/clusterroles", "", name) : store.Get($"{Group}/roles", @namespace, name);
        return role is null ? [] : role.Body.Objects("rules").Select(PolicyRule.Read);
    }

    /// <summary>The refusal, in the API server's words.</summary>
    public static ApiStatusException Refuse(UserInfo user, AccessRequest request)
    {
        var where = request.Namespace.Length > 0 ? $"in the namespace \"{request.Namespace}\"" : "at the cluster scope";
        return ApiErrors.Forbidden(
            request.Group,
            request.Resource,
            request.Name,
            $"User \"{user.Name}\" cannot {request.Verb} resource \"{request.FullResource}\" in API group \"{request.Group}\" {where}");
    }

    private static bool Names(JsonObject binding, UserInfo user, string @namespace) => binding.Objects("subjects").Any(subject => subject.Text("kind") switch
    {
        "User" => subject.Text("name") == user.Name,
        "Group" => user.Groups.Contains(subject.Text("name") ?? ""),
        "ServiceAccount" => user.Name == $"system:serviceaccount:{(subject.Text("namespace") is { Length: > 0 } stated ? stated : @namespace)}:{subject.Text("name")}",
        _ => false,
    });
}
