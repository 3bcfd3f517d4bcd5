using BackupOperator.Core.Backups;
using BackupOperator.Core.Queueing;
using BackupOperator.Core.Restores;

namespace BackupOperator.Runs;

/// <summary>Finds the resources of runs: one by its kind and name, or all that wait or work.</summary>
/// <param name="backups">What is known of all backups.</param>
/// <param name="restores">What is known of all restores.</param>
internal sealed class RunLookup(
    IKubernetesClient client, Func<IEnumerable<MySqlBackup>> backups, Func<IEnumerable<MySqlRestore>> restores, int maxConcurrentRuns)
{
    public async Task<IRunEntity?> FindAsync(string kind, string name, string @namespace, CancellationToken cancellationToken) => kind switch
    {
        MySqlBackup.KindName => await client.GetAsync<MySqlBackup>(name, @namespace, cancellationToken),
        MySqlRestore.KindName => await client.GetAsync<MySqlRestore>(name, @namespace, cancellationToken),
        _ => null,
    };

    /// <summary>Whether a run has not ended: its resource is there, by uid, in a phase that is not the last.</summary>
    public async Task<bool> IsOpenAsync(RunId run, CancellationToken cancellationToken) =>
        await FindAsync(run.Kind, run.Name, run.Namespace, cancellationToken) is { } entity
        && entity.Metadata.Uid == run.Uid
        && !StageOf(entity).IsOver();

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
        StageOf(entity));

    public static RunStage StageOf(IRunEntity entity) => entity switch
    {
        // Nothing is run for it, and it is nothing to rely on before its status is filled.
        MySqlBackup { AwaitsImport: true } => RunStage.Cancelled,
        MySqlBackup backup => BackupPhases.StageOf(backup.Status.Phase),
        MySqlRestore restore => RestorePhases.StageOf(restore.Status.Phase),
        _ => RunStage.New,
    };
}
