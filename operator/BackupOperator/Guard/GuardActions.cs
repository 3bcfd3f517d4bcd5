using System.Text.Json.Nodes;
using BackupOperator.Core.Conditions;
using BackupOperator.Runs;
using BackupOperator.Statuses;

namespace BackupOperator.Guard;

/// <summary>
/// The guard's changes to a StatefulSet. Each has the resourceVersion that was decided on as precondition: a sidecar
/// that quiesces again at the same moment wins or loses as a whole.
/// </summary>
internal sealed class GuardActions(IKubernetesClient client, StatusWriter statuses, TimeProvider time)
{
    public Task ScaleUpAsync(V1StatefulSet set, int replicas, CancellationToken cancellationToken) =>
        PatchAsync(set, new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } }, cancellationToken);

    public Task RemoveMarkAsync(V1StatefulSet set, CancellationToken cancellationToken) =>
        PatchAsync(
            set,
            new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [QuiesceMark.Annotation] = null } } },
            cancellationToken);

    /// <summary>A run that ended while MySQL was down learns that it is back.</summary>
    /// <returns>Whether there was such a run.</returns>
    public Task<bool> CorrectAsync(IRunEntity? run, CancellationToken cancellationToken) => run switch
    {
        MySqlBackup backup => CorrectAsync(backup, cancellationToken),
        MySqlRestore restore => CorrectAsync(restore, cancellationToken),
        _ => Task.FromResult(false),
    };

    private async Task<bool> CorrectAsync<TEntity>(TEntity run, CancellationToken cancellationToken)
        where TEntity : class, IRunEntity
    {
        var conditions = ConditionMapper.Read(run.RunStatus.Conditions);
        if (!RunLookup.StageOf(run).IsOver() || conditions.Find(ConditionType.DatabaseRestored)?.Status != ConditionStatus.False)
        {
            return false;
        }

        var corrected = StatusWriter.Clone(run);
        Condition[] now =
        [
            new(ConditionType.DatabaseRestored, ConditionStatus.True, "Answered", "MySQL answers again"),
            new(ConditionType.DatabaseStopped, ConditionStatus.False, "Running"),
        ];
        corrected.RunStatus.Conditions = ConditionMapper.Write(
            ConditionSet.Merge(conditions, now, run.Metadata.Generation, time.GetUtcNow()));
        await statuses.WriteAsync(run, corrected, cancellationToken);
        return true;
    }

    private async Task PatchAsync(V1StatefulSet set, JsonObject change, CancellationToken cancellationToken)
    {
        if (change["metadata"] is not JsonObject metadata)
        {
            metadata = [];
            change["metadata"] = metadata;
        }

        metadata["uid"] = set.Metadata.Uid;
        metadata["resourceVersion"] = set.Metadata.ResourceVersion;
        await client.PatchAsync<V1StatefulSet>(
            set.Metadata.Name!, set.Metadata.Namespace, KubernetesPatch.Merge(change), cancellationToken: cancellationToken);
    }
}
