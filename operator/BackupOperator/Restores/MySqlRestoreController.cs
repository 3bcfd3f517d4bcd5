using BackupOperator.Kubernetes.Crds.Attributes;
using BackupOperator.Kubernetes.Reconciliation;
using BackupOperator.Runs;

namespace BackupOperator.Restores;

/// <summary>Carries MySqlRestores to their end, and beyond it until the replaced data is removed.</summary>
[EntityRbac(typeof(MySqlRestore), Verbs = RbacVerb.Read | RbacVerb.Patch)]
[EntityRbac(typeof(MySqlRestore), Verbs = RbacVerb.Get | RbacVerb.Patch, Subresource = "status")]
[EntityRbac(typeof(MySqlRestore), Verbs = RbacVerb.Update, Subresource = "finalizers")]
internal sealed class MySqlRestoreController(RunReconciler<MySqlRestore> reconciler) : IEntityController<MySqlRestore>, IEntityFinalizer<MySqlRestore>
{
    string IEntityFinalizer<MySqlRestore>.Identifier => RunFinalizer.Name;

    /// <summary>Whether there is anything left to do.</summary>
    public static bool IsOfInterest(MySqlRestore entity) =>
        !RunLookup.StageOf(entity).IsOver()
        || entity.Metadata.Finalizers?.Contains(RunFinalizer.Name) == true
        || RestoreFlow.KeepsPreviousData(entity)
        || (entity.Metadata.DeletionTimestamp is null ? PreviousDataFinalizer.IsOn(entity) != PreviousDataFinalizer.IsWanted(entity) : PreviousDataFinalizer.IsOn(entity));

    public async Task<ReconciliationResult<MySqlRestore>> ReconcileAsync(MySqlRestore entity, CancellationToken cancellationToken) =>
        ReconciliationResult<MySqlRestore>.Success(entity, IsOfInterest(entity) ? await reconciler.ReconcileAsync(entity, cancellationToken) : null);

    public Task<ReconciliationResult<MySqlRestore>> DeletedAsync(MySqlRestore entity, CancellationToken cancellationToken) =>
        Task.FromResult(ReconciliationResult<MySqlRestore>.Success(entity));

    /// <summary>The run itself adds its finalizer, and takes it away.</summary>
    bool IEntityFinalizer<MySqlRestore>.IsNeeded(MySqlRestore entity) => entity.Metadata.Finalizers?.Contains(RunFinalizer.Name) == true;

    async Task<ReconciliationResult<MySqlRestore>> IEntityFinalizer<MySqlRestore>.FinalizeAsync(MySqlRestore entity, CancellationToken cancellationToken) =>
        ReconciliationResult<MySqlRestore>.Success(entity, await reconciler.ReconcileAsync(entity, cancellationToken) ?? TimeSpan.FromSeconds(30));
}
