using BackupOperator.Core.Durations;
using BackupOperator.Kubernetes.Events;
using BackupOperator.Kubernetes.Reconciliation;
using BackupOperator.Runs;

namespace BackupOperator.Restores;

/// <summary>
/// Makes the deletion of a restore wait until the data that it has replaced is removed, at the time that was promised for
/// it: the resource is all that remembers that data.
/// </summary>
internal sealed class PreviousDataFinalizer(RunReconciler<MySqlRestore> reconciler, IKubernetesClient client, IEventPublisher events, TimeProvider time)
    : IEntityFinalizer<MySqlRestore>
{
    public const string Name = "mysqlbackup.io/previous-data";

    /// <summary>How long after its time the removal may take before the resource goes without it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    /// <summary>The claim may go meanwhile, and tells nobody.</summary>
    private static readonly TimeSpan Often = TimeSpan.FromMinutes(1);

    string IEntityFinalizer<MySqlRestore>.Identifier => Name;

    public static bool IsOn(MySqlRestore restore) => restore.Metadata.Finalizers?.Contains(Name) == true;

    /// <summary>From the start of the run: to what is being deleted no finalizer can be added any more.</summary>
    public static bool IsWanted(MySqlRestore restore) =>
        RestoreFlow.KeepsPreviousData(restore) || (RunLookup.StageOf(restore).IsStarted() && Keep(restore) > TimeSpan.Zero);

    bool IEntityFinalizer<MySqlRestore>.IsNeeded(MySqlRestore entity) => IsWanted(entity);

    async Task<ReconciliationResult<MySqlRestore>> IEntityFinalizer<MySqlRestore>.FinalizeAsync(MySqlRestore entity, CancellationToken cancellationToken)
    {
        if (!RestoreFlow.KeepsPreviousData(entity) || await GoesWithItsClaimAsync(entity, cancellationToken))
        {
            return ReconciliationResult<MySqlRestore>.Success(entity);
        }

        if (time.GetUtcNow() > entity.Status.CompletionTime + Keep(entity) + Patience)
        {
            events.Publish(
                entity, "PreviousDataLeft",
                $"The resource goes, and {entity.Status.PreviousData} stays in claim {entity.Status.Target?.Claim}: it could not be removed. Remove the folder by hand", EventType.Warning);
            return ReconciliationResult<MySqlRestore>.Success(entity);
        }

        var next = await reconciler.ReconcileAsync(entity, cancellationToken);
        return ReconciliationResult<MySqlRestore>.Success(entity, next < Often ? next : Often);
    }

    // A namespace is deleted with its claims, and nothing can be created in it any more.
    private async Task<bool> GoesWithItsClaimAsync(MySqlRestore entity, CancellationToken cancellationToken) =>
        entity.Status.Target?.Claim is { } name
        && await client.GetAsync<V1PersistentVolumeClaim>(name, entity.Metadata.Namespace, cancellationToken) is not { Metadata.DeletionTimestamp: null };

    private static TimeSpan Keep(MySqlRestore restore) => DurationText.Parse(restore.Spec.Safety.KeepPrevious);
}
