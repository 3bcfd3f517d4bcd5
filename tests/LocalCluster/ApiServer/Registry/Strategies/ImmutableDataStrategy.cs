namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>ConfigMaps and Secrets with <c>immutable: true</c> keep their data.</summary>
internal class ImmutableDataStrategy : ResourceStrategy
{
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject body, JsonObject old)
    {
        if (!old.Flag("immutable"))
        {
            yield break;
        }

        if (!body.Flag("immutable"))
        {
            yield return FieldError.Forbidden("immutable", "field is immutable when `immutable` is set");
        }

        foreach (var name in (string[])["data", "binaryData"])
        {
            if (!JsonNodes.Same(body[name], old[name]))
            {
                yield return FieldError.Forbidden(name, "field is immutable when `immutable` is set");
            }
        }
    }
}
