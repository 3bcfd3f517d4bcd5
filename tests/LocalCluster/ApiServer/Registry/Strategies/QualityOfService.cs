namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>The QoS class of a pod, from its containers' requests and limits.</summary>
internal static class QualityOfService
{
    public static string Of(JsonObject pod)
    {
        var containers = pod.Objects("spec", "containers").Concat(pod.Objects("spec", "initContainers")).ToList();
        var any = containers.Any(container => container.At("resources", "requests") is JsonObject { Count: > 0 } || container.At("resources", "limits") is JsonObject { Count: > 0 });
        return !any ? "BestEffort" : containers.TrueForAll(Guaranteed) ? "Guaranteed" : "Burstable";
    }

    private static bool Guaranteed(JsonObject container) =>
        new[] { "cpu", "memory" }.All(name =>
            container.At("resources", "limits", name) is { } limit &&
            (container.At("resources", "requests", name) is not { } request || JsonNodes.Same(limit, request)));
}
