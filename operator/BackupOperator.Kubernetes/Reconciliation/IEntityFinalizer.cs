using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Reconciliation;

/// <summary>Work that must be done before an object may go. The runtime adds the finalizer, and removes it after success.</summary>
public interface IEntityFinalizer<TEntity>
    where TEntity : class, IKubernetesObject
{
    /// <summary>The qualified name in <c>metadata.finalizers</c>, such as <c>mysqlbackup.io/run</c>.</summary>
    string Identifier { get; }

    /// <summary>Whether this object needs it at all; where not, it is taken away, so that nothing blocks a deletion needlessly.</summary>
    bool IsNeeded(TEntity entity) => true;

    /// <summary>Called until it succeeds, while <c>metadata.deletionTimestamp</c> is set.</summary>
    Task<ReconciliationResult<TEntity>> FinalizeAsync(TEntity entity, CancellationToken cancellationToken);
}
