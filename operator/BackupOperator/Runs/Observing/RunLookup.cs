using BackupOperator.Core.Backups;
using BackupOperator.Core.Conditions;
using BackupOperator.Core.Queueing;
using BackupOperator.Core.Restores;
using BackupOperator.Statuses;

namespace BackupOperator.Runs;

/// <summary>Finds the resources of runs: one by its kind and name, or all that wait or work.</summary>
/// <param name="backups">What is known of all backups.</param>
/// <param name="restores">What is known of all restores.</param>
internal sealed class RunLookup(
    IKubernetesClient client, Func<IEnumerable<MySqlBackup>> backups, Func<IEnumerable<MySqlRestore>> restores, int maxConcurrentRuns)
{
    /// <summary>The resource of a run, by its uid. That it cannot be read is an answer, too: nobody else may wait for it for ever.</summary>
    public async Task<FoundRun> FindAsync(RunId run, CancellationToken cancellationToken)
    {
        try
        {
            IRunEntity? entity = run.Kind switch
            {
                MySqlBackup.KindName => await client.GetAsync<MySqlBackup>(run.Name, run.Namespace, cancellationToken),
                MySqlRestore.KindName => await client.GetAsync<MySqlRestore>(run.Name, run.Namespace, cancellationToken),
                _ => null,
            };
            return new FoundRun(entity?.Metadata.Uid == run.Uid ? entity : null);
        }
        catch (UnreadableObjectException e)
        {
            return new FoundRun(Entity: null, $"{run.Kind} {run.Namespace}/{run.Name} cannot be read: run the version of the operator that has written it, or mend it ({e.Message})");
        }
        catch (KubernetesApiException e) when (Stalls.Concerns(e))
        {
            return new FoundRun(Entity: null, $"{run.Kind} {run.Namespace}/{run.Name} cannot be read: see that the operator may read it ({e.Message})");
        }
    }

    /// <summary>All runs that have not ended, as the watches know them.</summary>
    public IReadOnlyList<QueuedRun> OpenRuns() =>
        [.. backups().Concat<IRunEntity>(restores()).Where(e => !StageOf(e).IsOver()).Select(Queued)];

    /// <summary>The runs of a kind that may start because this one is just ending; the others need not be looked at.</summary>
    public IEnumerable<NamespacedName> WokenBy(IRunEntity entity, string kind) =>
        StageOf(entity).IsOver() && entity.Metadata.Finalizers?.Contains(RunFinalizer.Name) == true
            ? QueuePolicy.Admitted(OpenRuns(), maxConcurrentRuns).Where(r => r.Kind == kind).Select(r => new NamespacedName(r.Namespace, r.Name))
            : [];

    public static RunId IdOf(IRunEntity entity) =>
        new(entity.Kind!, entity.Metadata.Namespace!, entity.Metadata.Name!, entity.Metadata.Uid!);

    public static QueuedRun Queued(IRunEntity entity) => new(
        IdOf(entity),
        entity.RunSpec.Target.StatefulSet,
        entity.RunSpec.Priority == RunPriority.Emergency,
        entity.Metadata.CreationTimestamp ?? DateTimeOffset.MaxValue,
        StageOf(entity),
        IsBlocked(entity));

    /// <summary>As its status says.</summary>
    public static bool IsBlocked(IRunEntity entity) =>
        entity.RunStatus.Conditions?.Exists(c => c is { Type: ConditionType.LockHeld, Status: "False", Reason: QueuePolicy.Blocked }) == true;

    public static RunStage StageOf(IRunEntity entity) => entity switch
    {
        // Nothing is run for it, and it is nothing to rely on before its status is filled.
        MySqlBackup { AwaitsImport: true } => RunStage.Cancelled,
        MySqlBackup backup => BackupPhases.StageOf(backup.Status.Phase),
        MySqlRestore restore => RestorePhases.StageOf(restore.Status.Phase),
        _ => RunStage.New,
    };
}
