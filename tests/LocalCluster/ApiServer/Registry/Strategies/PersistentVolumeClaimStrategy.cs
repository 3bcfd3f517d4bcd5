namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>A claim starts Pending and keeps its spec, but for a larger request and the bound volume.</summary>
internal sealed class PersistentVolumeClaimStrategy() : PhaseStrategy("Pending")
{
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject body, JsonObject old) =>
        JsonNodes.Same(Fixed(body), Fixed(old))
            ? []
            : [FieldError.Forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims")];

    private static JsonObject Fixed(JsonObject body)
    {
        var spec = body["spec"] is JsonObject present ? JsonNodes.CopyObject(present) : [];
        spec.Remove("volumeName");
        spec.Remove("volumeAttributesClassName");
        (spec["resources"] as JsonObject)?.Remove("requests");
        return spec;
    }
}
