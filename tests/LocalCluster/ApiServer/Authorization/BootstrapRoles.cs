namespace BackupOperator.LocalCluster.ApiServer.Authorization;

/// <summary>The roles and bindings that every cluster has, as far as they matter here.</summary>
internal static class BootstrapRoles
{
    private const string Group = "rbac.authorization.k8s.io";

    public static IEnumerable<(string Plural, JsonObject Body)> All()
    {
        yield return Role("cluster-admin", new(["*"], ["*"], ["*"], [], []), new(["*"], [], [], [], ["*"]));
        yield return Role(
            "system:discovery",
            new PolicyRule(["get"], [], [], [], ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/"]));
        yield return Role("system:public-info-viewer", new PolicyRule(["get"], [], [], [], ["/healthz", "/livez", "/readyz", "/version", "/version/"]));
        yield return Role(
            "system:basic-user",
            new PolicyRule(["create"], ["authorization.k8s.io"], ["selfsubjectaccessreviews", "selfsubjectrulesreviews"], [], []),
            new PolicyRule(["create"], ["authentication.k8s.io"], ["selfsubjectreviews"], [], []));
        string[] workloads = ["pods", "pods/log", "pods/status", "services", "configmaps", "endpoints", "events", "persistentvolumeclaims", "serviceaccounts", "statefulsets", "statefulsets/scale", "deployments", "replicasets", "daemonsets", "jobs", "cronjobs", "poddisruptionbudgets"];
        string[] groups = ["", "apps", "batch", "policy", "events.k8s.io"];
        yield return Role("view", new PolicyRule(["get", "list", "watch"], groups, workloads, [], []));
        yield return Role("edit", new PolicyRule(["get", "list", "watch", "create", "delete", "deletecollection", "patch", "update"], groups, [.. workloads, "secrets"], [], []));
        yield return Role(
            "admin",
            new PolicyRule(["get", "list", "watch", "create", "delete", "deletecollection", "patch", "update"], groups, [.. workloads, "secrets"], [], []),
            new PolicyRule(["get", "list", "watch", "create", "delete", "deletecollection", "patch", "update"], [Group], ["roles", "rolebindings"], [], []));
        yield return Binding("cluster-admin", "system:masters");
        yield return Binding("system:discovery", "system:authenticated");
        yield return Binding("system:basic-user", "system:authenticated");
        yield return Binding("system:public-info-viewer", "system:authenticated", "system:unauthenticated");
    }

    private static (string Plural, JsonObject Body) Role(string name, params PolicyRule[] rules) => (
        "clusterroles",
        new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["kubernetes.io/bootstrapping"] = "rbac-defaults" } },
            ["rules"] = new JsonArray([.. rules.Select(rule => rule.ToJson())]),
        });

    private static (string Plural, JsonObject Body) Binding(string role, params string[] groups) => (
        "clusterrolebindings",
        new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = role, ["labels"] = new JsonObject { ["kubernetes.io/bootstrapping"] = "rbac-defaults" } },
            ["roleRef"] = new JsonObject { ["apiGroup"] = Group, ["kind"] = "ClusterRole", ["name"] = role },
            ["subjects"] = new JsonArray([.. groups.Select(group => new JsonObject { ["apiGroup"] = Group, ["kind"] = "Group", ["name"] = group })]),
        });
}
