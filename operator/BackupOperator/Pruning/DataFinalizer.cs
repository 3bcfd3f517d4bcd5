using BackupOperator.Kubernetes.Reconciliation;

namespace BackupOperator.Pruning;

/// <summary>Makes the deletion of a backup with <c>deletionPolicy: Delete</c> wait until its data is deleted, or given up.</summary>
internal sealed class DataFinalizer(PruneReconciler pruner) : IEntityFinalizer<MySqlBackup>
{
    public const string Name = "mysqlbackup.io/data";

    string IEntityFinalizer<MySqlBackup>.Identifier => Name;

    public static bool IsOn(MySqlBackup backup) => backup.Metadata.Finalizers?.Contains(Name) == true;

    /// <summary>What retention removes loses its data before anybody deletes the resource.</summary>
    public static bool IsWanted(MySqlBackup backup) =>
        backup.Spec.DeletionPolicy == DeletionPolicy.Delete && (!backup.Status.IsBeingPruned || backup.Status.Pruning!.LeftoversOnly == true);

    bool IEntityFinalizer<MySqlBackup>.IsNeeded(MySqlBackup entity) => IsWanted(entity);

    async Task<ReconciliationResult<MySqlBackup>> IEntityFinalizer<MySqlBackup>.FinalizeAsync(MySqlBackup entity, CancellationToken cancellationToken) =>
        entity.Status is { Path: not null, BackupId: not null, StartTime: not null }
            ? ReconciliationResult<MySqlBackup>.Success(entity, await pruner.ReconcileAsync(entity, cancellationToken) ?? TimeSpan.FromSeconds(30))
            : ReconciliationResult<MySqlBackup>.Success(entity);
}
