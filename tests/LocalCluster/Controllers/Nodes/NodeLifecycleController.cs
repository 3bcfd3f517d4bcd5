using BackupOperator.LocalCluster.Controllers.Runtime;

namespace BackupOperator.LocalCluster.Controllers.Nodes;

/// <summary>How long a silent node is believed to live.</summary>
public sealed record NodeLifecycleOptions
{
    /// <summary>Without a heartbeat for so long a node is not ready. Kubernetes: 50 s.</summary>
    public TimeSpan MonitorGrace { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>Its pods are deleted after so long. Kubernetes: 5 minutes.</summary>
    public TimeSpan EvictionTimeout { get; init; } = TimeSpan.FromSeconds(4);
}

/// <summary>
/// Notices nodes that fell silent: not ready, their pods too, and later deleted. The pods stay, Terminating, until the
/// node is back: nobody knows whether their processes still run.
/// </summary>
public sealed class NodeLifecycleController : Controller
{
    private readonly NodeLifecycleOptions options;

    public NodeLifecycleController(IKubernetesClient client, TimeProvider time, NodeLifecycleOptions options, ILogger<NodeLifecycleController> log)
        : base(client, time, log)
    {
        this.options = options;
        Watch<V1Node>(node => [NamespacedName.Of(node)]);
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var raw = await Client.GetRawAsync($"/api/v1/nodes/{key.Name}", cancellationToken);
        var ready = (raw?["status"]?["conditions"] as JsonArray)?.FirstOrDefault(condition => condition?["type"]?.GetValue<string>() == "Ready");
        if (ready?["lastHeartbeatTime"]?.GetValue<string>() is not { } heartbeat)
        {
            return null;
        }

        var silence = Time.GetUtcNow() - DateTimeOffset.Parse(heartbeat);
        if (silence < options.MonitorGrace)
        {
            return options.MonitorGrace - silence;
        }

        if (ready["status"]?.GetValue<string>() == "True")
        {
            await MarkUnknownAsync(key.Name, ready.AsObject(), cancellationToken);
        }

        var pods = await Client.ListAsync<V1Pod>(null, new ListQuery(FieldSelector: $"spec.nodeName={key.Name}"), cancellationToken);
        var evict = silence >= options.MonitorGrace + options.EvictionTimeout;
        foreach (var pod in pods.Items.Where(pod => !pod.IsFinished()))
        {
            if (pod.IsReady())
            {
                await SetConditionAsync(pod, "Ready", "False", null, null, cancellationToken);
            }

            if (evict && !pod.IsTerminating())
            {
                await SetConditionAsync(pod, "DisruptionTarget", "True", "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint", cancellationToken);
                await Client.DeleteAsync<V1Pod>(pod.Metadata.Name!, pod.Metadata.Namespace, new DeleteRequest(Uid: pod.Metadata.Uid), cancellationToken);
            }
        }

        return evict ? null : options.EvictionTimeout;
    }

    private async Task MarkUnknownAsync(string node, JsonObject ready, CancellationToken cancellationToken)
    {
        var unknown = (JsonObject)ready.DeepClone();
        unknown["status"] = "Unknown";
        unknown["reason"] = "NodeStatusUnknown";
        unknown["message"] = "Kubelet stopped posting node status.";
        unknown["lastTransitionTime"] = Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        await Client.PatchAsync<V1Node>(
            node,
            null,
            KubernetesPatch.Merge(new JsonObject { ["status"] = new JsonObject { ["conditions"] = new JsonArray(unknown) } }),
            "status",
            cancellationToken);
    }

    private async Task SetConditionAsync(
        V1Pod pod, string type, string status, string? reason, string? message, CancellationToken cancellationToken)
    {
        var current = await Client.GetAsync<V1Pod>(pod.Metadata.Name!, pod.Metadata.Namespace, cancellationToken);
        if (current?.Metadata.Uid != pod.Metadata.Uid)
        {
            return;
        }

        var conditions = (current!.Status?.Conditions ?? []).Where(condition => condition.Type != type).Append(
            new V1Condition { Type = type, Status = status, Reason = reason, Message = message, LastTransitionTime = Time.GetUtcNow() });
        await Client.PatchAsync<V1Pod>(
            pod.Metadata.Name!,
            pod.Metadata.Namespace,
            KubernetesPatch.Merge(new JsonObject
            {
                ["metadata"] = new JsonObject { ["uid"] = pod.Metadata.Uid, ["resourceVersion"] = current.Metadata.ResourceVersion },
                ["status"] = new JsonObject { ["conditions"] = new JsonArray([.. conditions.Select(condition => (JsonNode)KubernetesJson.ToNode(condition))]) },
            }),
            "status",
            cancellationToken);
    }
}
