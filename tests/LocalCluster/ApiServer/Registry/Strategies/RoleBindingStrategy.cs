namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>A binding keeps the role that it was made for.</summary>
internal sealed class RoleBindingStrategy : ResourceStrategy
{
    public override void PrepareForCreate(JsonObject body, StrategyContext context)
    {
        foreach (var subject in body.Objects("subjects"))
        {
            subject["apiGroup"] ??= subject.Text("kind") == "ServiceAccount" ? "" : "rbac.authorization.k8s.io";
            if (subject.Text("apiGroup")?.Length == 0)
            {
                subject.Remove("apiGroup");
            }
        }

        if (body["roleRef"] is JsonObject role && string.IsNullOrEmpty(role.Text("apiGroup")))
        {
            role["apiGroup"] = "rbac.authorization.k8s.io";
        }
    }

    public override void PrepareForUpdate(JsonObject body, JsonObject old, StrategyContext context) => PrepareForCreate(body, context);

    public override IEnumerable<FieldError> ValidateUpdate(JsonObject body, JsonObject old) =>
        JsonNodes.Same(body["roleRef"], old["roleRef"]) ? [] : [FieldError.Invalid("roleRef", body["roleRef"], "cannot change roleRef")];
}
