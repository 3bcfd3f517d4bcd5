using BackupOperator.Kubernetes.Crds.Attributes;
using BackupOperator.Kubernetes.Reconciliation;
using BackupOperator.Pruning;
using BackupOperator.Retention;
using BackupOperator.Runs;

namespace BackupOperator.Backups;

/// <summary>Carries MySqlBackups to their end, beyond it until their copies are complete, and in the end away.</summary>
[EntityRbac(typeof(MySqlBackup), Verbs = RbacVerb.Read | RbacVerb.Patch)]
[EntityRbac(typeof(MySqlBackup), Verbs = RbacVerb.Get | RbacVerb.Patch, Subresource = "status")]
[EntityRbac(typeof(MySqlBackup), Verbs = RbacVerb.Update, Subresource = "finalizers")]
internal sealed class MySqlBackupController(RunReconciler<MySqlBackup> reconciler, BackupExpiry expiry, PruneReconciler pruner) : IEntityController<MySqlBackup>, IEntityFinalizer<MySqlBackup>
{
    string IEntityFinalizer<MySqlBackup>.Identifier => RunFinalizer.Name;

    /// <summary>Whether there is anything left to do; finished backups by the thousand cost nothing.</summary>
    public static bool IsOfInterest(MySqlBackup entity) => IsUnfinished(entity) || BackupExpiry.Concerns(entity);

    /// <summary>Nothing is left to do but to let it go at its time.</summary>
    public static bool WaitsToExpire(MySqlBackup entity, DateTimeOffset now) => !IsUnfinished(entity) && BackupExpiry.Waits(entity, now);

    private static bool IsUnfinished(MySqlBackup entity) => Runs(entity) || PruneChoice.IsWanted(entity)
        || (entity.Metadata.DeletionTimestamp is null ? DataFinalizer.IsOn(entity) != DataFinalizer.IsWanted(entity) : DataFinalizer.IsOn(entity));

    private static bool Runs(MySqlBackup entity) =>
        !RunLookup.StageOf(entity).IsOver() || entity.Metadata.Finalizers?.Contains(RunFinalizer.Name) == true || (CopyStatuses.AreOpen(entity) && !entity.Status.IsBeingPruned);

    public async Task<ReconciliationResult<MySqlBackup>> ReconcileAsync(MySqlBackup entity, CancellationToken cancellationToken) =>
        ReconciliationResult<MySqlBackup>.Success(entity, Runs(entity) ? await reconciler.ReconcileAsync(entity, cancellationToken)
            : PruneChoice.IsWanted(entity) ? await pruner.ReconcileAsync(entity, cancellationToken)
            : BackupExpiry.Concerns(entity) ? await expiry.ReconcileAsync(entity, cancellationToken)
            : null);

    public Task<ReconciliationResult<MySqlBackup>> DeletedAsync(MySqlBackup entity, CancellationToken cancellationToken) =>
        Task.FromResult(ReconciliationResult<MySqlBackup>.Success(entity));

    /// <summary>The run itself adds its finalizer, and takes it away.</summary>
    bool IEntityFinalizer<MySqlBackup>.IsNeeded(MySqlBackup entity) => entity.Metadata.Finalizers?.Contains(RunFinalizer.Name) == true;

    async Task<ReconciliationResult<MySqlBackup>> IEntityFinalizer<MySqlBackup>.FinalizeAsync(MySqlBackup entity, CancellationToken cancellationToken) =>
        ReconciliationResult<MySqlBackup>.Success(entity, await reconciler.ReconcileAsync(entity, cancellationToken) ?? TimeSpan.FromSeconds(30));
}
