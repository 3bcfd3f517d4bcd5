using System.Collections.Concurrent;
using BackupOperator.LocalCluster.Controllers.Runtime;

namespace BackupOperator.LocalCluster.Controllers.StatefulSets;

/// <summary>
/// Gives StatefulSets their pods and claims as <c>pkg/controller/statefulset</c> of Kubernetes does: one at a time and
/// in order (OrderedReady), or all at once (Parallel); then takes away the surplus, last first; then updates.
/// </summary>
public sealed class StatefulSetController : Controller
{
    private const string Component = "statefulset-controller";

    // Kubernetes keeps these in ControllerRevisions, to make a pod below the partition from the template of before.
    private readonly ConcurrentDictionary<string, V1PodTemplateSpec> templates = new(StringComparer.Ordinal);

    public StatefulSetController(IKubernetesClient client, TimeProvider time, ILogger<StatefulSetController> log)
        : base(client, time, log)
    {
        Watch<V1StatefulSet>(set => [NamespacedName.Of(set)]);
        Watch<V1Pod>(pod => ControllerOf(pod, "StatefulSet"));
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var set = await Client.GetAsync<V1StatefulSet>(key.Name, key.Namespace, cancellationToken);
        if (set?.Spec?.Template?.Spec is null || set.Metadata.DeletionTimestamp is not null)
        {
            return null;
        }

        var pods = await Client.ListAsync<V1Pod>(key.Namespace, cancellationToken: cancellationToken);
        var mine = new SortedDictionary<int, V1Pod>();
        foreach (var pod in pods.Items.Where(pod => pod.ControllerReference()?.Uid == set.Metadata.Uid))
        {
            if (StatefulSetPods.OrdinalOf(set, pod) is { } ordinal)
            {
                mine[ordinal] = pod;
            }
        }

        var revision = StatefulSetPods.RevisionOf(set);
        templates[revision] = set.Spec.Template;
        var pass = new StatefulSetPass(Client, Events, Component, set, mine, revision, templates);
        await pass.RunAsync(cancellationToken);
        await WriteStatusAsync(set, mine, revision, cancellationToken);
        return null;
    }

    private async Task WriteStatusAsync(
        V1StatefulSet set, SortedDictionary<int, V1Pod> pods, string revision, CancellationToken cancellationToken)
    {
        var replicas = set.Spec!.Replicas ?? 1;
        var live = pods.Values.Where(pod => !pod.IsTerminating()).ToList();
        var updated = live.Count(pod => pod.Label(StatefulSetPods.RevisionLabel) == revision);
        var current = set.Status?.CurrentRevision ?? revision;
        if (set.Spec.UpdateStrategy?.Type != "OnDelete" && updated == replicas && live.Count == replicas && live.TrueForAll(pod => pod.IsReady()))
        {
            current = revision;
        }

        var ready = pods.Values.Count(pod => pod.IsReady());
        var status = new V1StatefulSetStatus
        {
            ObservedGeneration = set.Metadata.Generation,
            Replicas = pods.Count,
            ReadyReplicas = ready,
            AvailableReplicas = ready,
            CurrentReplicas = live.Count(pod => pod.Label(StatefulSetPods.RevisionLabel) == current),
            UpdatedReplicas = updated,
            CurrentRevision = current,
            UpdateRevision = revision,
        };
        var body = KubernetesJson.ToNode(status);
        if (set.Status is null || !JsonNode.DeepEquals(body, KubernetesJson.ToNode(set.Status)))
        {
            await Client.PatchAsync<V1StatefulSet>(
                set.Metadata.Name!,
                set.Metadata.Namespace,
                KubernetesPatch.Merge(new JsonObject
                {
                    ["metadata"] = new JsonObject { ["uid"] = set.Metadata.Uid },
                    ["status"] = body,
                }),
                "status",
                cancellationToken);
        }
    }
}
