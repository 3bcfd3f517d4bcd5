using BackupOperator.LocalCluster.ApiServer.Authentication;

namespace BackupOperator.LocalCluster.ApiServer.Authorization;

/// <summary>Nobody may give away, by a role or a binding, what he does not have (<c>pkg/registry/rbac</c>).</summary>
internal sealed class EscalationCheck(RoleBasedAuthorizer authorizer)
{
    private const string Group = "rbac.authorization.k8s.io";

    /// <exception cref="ApiStatusException">403 with the permissions that are missing.</exception>
    public void Check(UserInfo user, string plural, string @namespace, JsonObject body)
    {
        var name = body.Text("metadata", "name") ?? "";
        var isBinding = plural.EndsWith("bindings", StringComparison.Ordinal);
        var reference = body["roleRef"];
        var allowed = isBinding
            ? new AccessRequest("bind", Group, reference.Text("kind") == "ClusterRole" ? "clusterroles" : "roles", "", @namespace, reference.Text("name") ?? "")
            : new AccessRequest("escalate", Group, plural, "", @namespace, name);
        if (user.IsMaster || authorizer.Allows(user, allowed))
        {
            return;
        }

        var given = isBinding ? authorizer.RulesOfRole(reference, @namespace) : body.Objects("rules").Select(PolicyRule.Read);
        var own = authorizer.RulesOf(user, @namespace).ToList();
        var missing = given.Where(rule => !rule.Split().All(single => own.Exists(rule2 => rule2.Covers(single)))).ToList();
        if (missing.Count > 0)
        {
            throw ApiErrors.Forbidden(
                Group,
                plural,
                name,
                $"user \"{user.Name}\" (groups=[{string.Join(' ', user.Groups.Select(group => $"\"{group}\""))}]) is attempting to grant RBAC permissions not currently held:\n{string.Join('\n', missing)}");
        }
    }
}
