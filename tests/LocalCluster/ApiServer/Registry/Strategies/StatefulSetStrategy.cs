namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>Only some fields of a StatefulSet's spec may change.</summary>
internal sealed class StatefulSetStrategy : ResourceStrategy
{
    private static readonly string[] Changeable = ["replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"];

    public override void PrepareForCreate(JsonObject body, StrategyContext context)
    {
        body["status"] = new JsonObject { ["replicas"] = 0, ["availableReplicas"] = 0 };
        PodDefaults.Apply(body.At("spec", "template", "spec") as JsonObject);
    }

    public override void PrepareForUpdate(JsonObject body, JsonObject old, StrategyContext context) =>
        PodDefaults.Apply(body.At("spec", "template", "spec") as JsonObject);

    public override IEnumerable<FieldError> Validate(JsonObject body) => TemplateLabels.Validate(body);

    public override IEnumerable<FieldError> ValidateUpdate(JsonObject body, JsonObject old) =>
        JsonNodes.Same(Fixed(body), Fixed(old))
            ? []
            : [FieldError.Forbidden("spec", "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden")];

    private static JsonObject Fixed(JsonObject body)
    {
        var spec = body["spec"] is JsonObject present ? JsonNodes.CopyObject(present) : [];
        foreach (var name in Changeable)
        {
            spec.Remove(name);
        }

        return spec;
    }
}
