using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Reconciliation;

/// <summary>What came of a reconcile, and when to look again. A failure without a time is tried again with back-off.</summary>
public sealed class ReconciliationResult<TEntity>
    where TEntity : class, IKubernetesObject
{
    private ReconciliationResult(TEntity entity, bool isSuccess, string? errorMessage, Exception? error, TimeSpan? requeueAfter)
    {
        Entity = entity;
        IsSuccess = isSuccess;
        ErrorMessage = errorMessage;
        Error = error;
        RequeueAfter = requeueAfter;
    }

    public TEntity Entity { get; }

    public bool IsSuccess { get; }

    public string? ErrorMessage { get; }

    public Exception? Error { get; }

    public TimeSpan? RequeueAfter { get; }

#pragma warning disable CA1000 // The shape that controllers elsewhere have: ReconciliationResult<T>.Success(entity).
    /// <param name="requeueAfter">Null: not before something changes, or the resync.</param>
    public static ReconciliationResult<TEntity> Success(TEntity entity, TimeSpan? requeueAfter = null) =>
        new(entity, true, null, null, requeueAfter);

    /// <param name="requeueAfter">Null: with a back-off that grows up to a cap, and never ends.</param>
    public static ReconciliationResult<TEntity> Failure(TEntity entity, string errorMessage, Exception? error = null, TimeSpan? requeueAfter = null) =>
        new(entity, false, errorMessage, error, requeueAfter);
#pragma warning restore CA1000
}
