using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Sidecar.Targets;

/// <summary>The few things that a run may ask of the API about its target.</summary>
public sealed class TargetClient(IKubernetesClient kubernetes, RunSpec run)
{
    /// <returns>Null where the StatefulSet does not exist.</returns>
    public async Task<TargetState?> ReadAsync(CancellationToken cancellationToken)
    {
        var set = await kubernetes.GetAsync<V1StatefulSet>(run.Target.StatefulSet, run.Namespace, cancellationToken);
        return set is null ? null : TargetState.Of(set);
    }

    public Task<V1Pod?> ReadPodAsync(string name, CancellationToken cancellationToken) =>
        kubernetes.GetAsync<V1Pod>(name, run.Namespace, cancellationToken);

    /// <summary>
    /// Sets the mark (null removes it) and the replicas (null leaves them) in one patch.
    /// </summary>
    /// <param name="basis">What the decision rests on: if the StatefulSet has changed since, the server answers with a conflict.</param>
    /// <exception cref="KubernetesApiException">Among others a conflict: read and decide again.</exception>
    public async Task<TargetState> PatchAsync(TargetState basis, QuiesceMark? mark, int? replicas, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["uid"] = basis.Uid,
                ["resourceVersion"] = basis.ResourceVersion,
                ["annotations"] = new JsonObject { [QuiesceMark.Annotation] = mark?.ToAnnotation() },
            },
        };
        if (replicas is { } count)
        {
            body["spec"] = new JsonObject { ["replicas"] = count };
        }

        return TargetState.Of(await kubernetes.PatchAsync<V1StatefulSet>(
            run.Target.StatefulSet, run.Namespace, KubernetesPatch.Merge(body), cancellationToken: cancellationToken));
    }

    /// <summary>The pods that a stop must end, and that may not come back while it lasts.</summary>
    public IReadOnlyList<string> PodNames(TargetState state) =>
    [
        .. Enumerable.Range(state.FirstOrdinal + run.Target.QuiescedReplicas, Math.Max(run.Target.Replicas - run.Target.QuiescedReplicas, 0))
            .Select(ordinal => $"{run.Target.StatefulSet}-{ordinal}")
            .Append(run.Target.Pod)
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>The first of <see cref="PodNames"/> that exists, in whatever phase; a pod counts until its object is gone.</summary>
    public async Task<string?> FindPodAsync(TargetState state, CancellationToken cancellationToken)
    {
        foreach (var name in PodNames(state))
        {
            if (await ReadPodAsync(name, cancellationToken) is not null)
            {
                return name;
            }
        }

        return null;
    }
}
