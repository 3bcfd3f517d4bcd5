using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Reconciliation;

/// <summary>
/// Moves the world towards what one object asks for. Of one object only one call runs at a time. Calls are triggered by
/// any change, by the resync, by requeues and by nothing in particular: derive everything from the world, and do nothing
/// twice.
/// </summary>
public interface IEntityController<TEntity>
    where TEntity : class, IKubernetesObject
{
    /// <param name="entity">As the API server had it just now. Not shared: it may be changed.</param>
    /// <param name="cancellationToken">Fires when the process stops, after a time of grace.</param>
    Task<ReconciliationResult<TEntity>> ReconcileAsync(TEntity entity, CancellationToken cancellationToken);

    /// <summary>
    /// The object is gone. Called at best once for each deletion that the process has seen; what was deleted while it
    /// was not running is never told. What must not be missed needs a finalizer.
    /// </summary>
    Task<ReconciliationResult<TEntity>> DeletedAsync(TEntity entity, CancellationToken cancellationToken);
}
