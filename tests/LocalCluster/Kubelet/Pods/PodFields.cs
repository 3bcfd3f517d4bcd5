namespace BackupOperator.LocalCluster.Kubelet.Pods;

/// <summary>The fields of a pod that a container may learn about (downward API).</summary>
internal static class PodFields
{
    /// <param name="podIp">Told before the status has it.</param>
    /// <exception cref="FormatException">There is no such field.</exception>
    public static string Read(V1Pod pod, string? path, string podIp, string hostIp) => path switch
    {
        "metadata.name" => pod.Metadata.Name ?? "",
        "metadata.namespace" => pod.Metadata.Namespace ?? "",
        "metadata.uid" => pod.Metadata.Uid ?? "",
        "metadata.labels" => Lines(pod.Metadata.Labels),
        "metadata.annotations" => Lines(pod.Metadata.Annotations),
        "spec.nodeName" => pod.Spec?.NodeName ?? "",
        "spec.serviceAccountName" => pod.Spec?.ServiceAccountName ?? "",
        "status.podIP" or "status.podIPs" => podIp,
        "status.hostIP" or "status.hostIPs" => hostIp,
        _ when Subscript(path, "metadata.labels") is { } key => pod.Label(key) ?? "",
        _ when Subscript(path, "metadata.annotations") is { } key => pod.Annotation(key) ?? "",
        _ => throw new FormatException($"unsupported fieldPath: {path}"),
    };

    /// <summary>A limit or request of a container; without one, what the node has.</summary>
    public static string ReadResource(V1Container container, V1ResourceFieldSelector selector)
    {
        var parts = (selector.Resource ?? "").Split('.', 2);
        var amounts = parts[0] == "limits" ? container.Resources?.Limits : container.Resources?.Requests;
        var amount = amounts?.GetValueOrDefault(parts[^1]) ?? new ResourceQuantity(parts[^1] == "cpu" ? $"{Environment.ProcessorCount}" : "8Gi");
        var divisor = selector.Divisor?.Value is { } value and > 0 ? value : 1;
        return $"{(amount.Value + divisor - 1) / divisor}";
    }

    private static string? Subscript(string? path, string field) =>
        path is not null && path.StartsWith(field + "['", StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal)
            ? path[(field.Length + 2)..^2]
            : null;

    private static string Lines(Dictionary<string, string>? map) =>
        string.Join('\n', (map ?? []).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}=\"{pair.Value}\""));
}
