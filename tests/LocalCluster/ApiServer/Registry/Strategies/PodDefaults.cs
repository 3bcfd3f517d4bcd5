namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>Defaults of a pod's spec that depend on other fields.</summary>
internal static class PodDefaults
{
    public static void Apply(JsonObject? spec)
    {
        foreach (var container in spec.Objects("containers").Concat(spec.Objects("initContainers")))
        {
            container["imagePullPolicy"] ??= IsLatest(container.Text("image") ?? "") ? "Always" : "IfNotPresent";
            if (container.At("resources", "limits") is JsonObject limits)
            {
                var requests = container.Child("resources").Child("requests");
                foreach (var (name, limit) in limits)
                {
                    requests[name] ??= JsonNodes.Copy(limit);
                }
            }
        }
    }

    /// <summary>An image without a tag, or with the tag latest, is pulled again for every container.</summary>
    private static bool IsLatest(string image)
    {
        var name = image[(image.LastIndexOf('/') + 1)..];
        return !name.Contains('@', StringComparison.Ordinal) && (!name.Contains(':', StringComparison.Ordinal) || name.EndsWith(":latest", StringComparison.Ordinal));
    }
}
