using BackupOperator.LocalCluster.Controllers.Runtime;

namespace BackupOperator.LocalCluster.Controllers.Scheduling;

/// <summary>
/// Puts pods on nodes: selector, affinity, taints, claims. A ReadWriteOnce claim is on one node at a time; pods that
/// use it together run there together.
/// </summary>
public sealed class Scheduler : Controller
{
    private const string Component = "default-scheduler";
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    private readonly Subresources subresources;

    public Scheduler(KubernetesClient client, TimeProvider time, ILogger<Scheduler> log)
        : base(client, time, log)
    {
        subresources = new Subresources(client);
        var pods = Watch<V1Pod>(pod => string.IsNullOrEmpty(pod.Spec?.NodeName) ? [NamespacedName.Of(pod)] : []);

        // A claim that is there now, or bound, or a node that is ready, may be what a pod waited for.
        Watch<V1PersistentVolumeClaim>(claim => Waiting(pods).Where(pod => pod.Namespace == claim.Metadata.Namespace));
        Watch<V1Node>(_ => Waiting(pods));
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var pod = await Client.GetAsync<V1Pod>(key.Name, key.Namespace, cancellationToken);
        if (pod is null || !string.IsNullOrEmpty(pod.Spec?.NodeName) || pod.IsTerminating()
            || pod.Spec?.SchedulerName is not (null or "" or "default-scheduler"))
        {
            return null;
        }

        var nodes = (await Client.ListAsync<V1Node>(cancellationToken: cancellationToken)).Items;
        var claims = await new ClaimPlacement(Client).FindAsync(pod, cancellationToken);
        if (claims.Problem is not null)
        {
            await RefuseAsync(pod, $"0/{nodes.Count} nodes are available: {claims.Problem}. preemption: 0/{nodes.Count} nodes are available: {nodes.Count} Preemption is not helpful for scheduling.", cancellationToken);
            return Again;
        }

        var objections = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var fitting = new List<V1Node>();
        foreach (var node in nodes)
        {
            var objection = NodeFilter.Objection(pod, node)
                ?? (claims.Node is { } only && only != node.Metadata.Name ? "node(s) had volume node affinity conflict" : null);
            if (objection is null)
            {
                fitting.Add(node);
            }
            else
            {
                objections[objection] = objections.GetValueOrDefault(objection) + 1;
            }
        }

        if (fitting.Count == 0)
        {
            var reasons = string.Join(", ", objections.Select(objection => $"{objection.Value} {objection.Key}"));
            await RefuseAsync(pod, $"0/{nodes.Count} nodes are available: {reasons}. preemption: 0/{nodes.Count} nodes are available: {nodes.Count} Preemption is not helpful for scheduling.", cancellationToken);
            return Again;
        }

        await BindAsync(pod, await BestAsync(pod, fitting, cancellationToken), cancellationToken);
        return null;
    }

    private static IEnumerable<NamespacedName> Waiting(Mirror<V1Pod> pods) =>
        pods.Objects.Where(pod => string.IsNullOrEmpty(pod.Spec?.NodeName)).Select(pod => NamespacedName.Of(pod));

    /// <summary>Where the pod would like to go most; among equals, the emptiest.</summary>
    private async Task<string> BestAsync(V1Pod pod, List<V1Node> fitting, CancellationToken cancellationToken)
    {
        var most = fitting.Max(node => NodeFilter.Wish(pod, node));
        fitting = fitting.FindAll(node => NodeFilter.Wish(pod, node) == most);
        if (fitting.Count == 1)
        {
            return fitting[0].Metadata.Name!;
        }

        var pods = await Client.ListAsync<V1Pod>(cancellationToken: cancellationToken);
        return fitting.Select(node => node.Metadata.Name!).MinBy(name => (pods.Items.Count(other => other.Spec?.NodeName == name && !other.IsFinished()), name))!;
    }

    private async Task BindAsync(V1Pod pod, string node, CancellationToken cancellationToken)
    {
        try
        {
            await subresources.BindAsync(pod, node, cancellationToken);
        }
        catch (KubernetesApiException error) when (error.IsNotFound)
        {
            return;
        }

        await Events.RecordAsync(pod, "Normal", "Scheduled", $"Successfully assigned {pod.Metadata.Namespace}/{pod.Metadata.Name} to {node}", Component, cancellationToken);
    }

    private async Task RefuseAsync(V1Pod pod, string message, CancellationToken cancellationToken)
    {
        if (pod.Condition("PodScheduled") is { Status: "False" } told && told.Message == message)
        {
            return;
        }

        var conditions = (pod.Status?.Conditions ?? []).Where(condition => condition.Type != "PodScheduled").Append(new V1Condition
        {
            Type = "PodScheduled",
            Status = "False",
            Reason = "Unschedulable",
            Message = message,
            LastTransitionTime = Time.GetUtcNow(),
        });
        await Client.PatchAsync<V1Pod>(
            pod.Metadata.Name!,
            pod.Metadata.Namespace,
            KubernetesPatch.Merge(new JsonObject
            {
                ["metadata"] = new JsonObject { ["uid"] = pod.Metadata.Uid, ["resourceVersion"] = pod.Metadata.ResourceVersion },
                ["status"] = new JsonObject { ["conditions"] = new JsonArray([.. conditions.Select(condition => (JsonNode)KubernetesJson.ToNode(condition))]) },
            }),
            "status",
            cancellationToken);
        await Events.RecordAsync(pod, "Warning", "FailedScheduling", message, Component, cancellationToken);
    }
}
