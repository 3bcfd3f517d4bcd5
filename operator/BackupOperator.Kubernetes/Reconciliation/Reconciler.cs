using System.Collections.Concurrent;
using System.Net;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Reconciliation;

/// <summary>One reconcile of one key: reads the object anew, keeps its finalizers, and calls the controller.</summary>
internal sealed class Reconciler<TEntity>(
    IKubernetesClient client,
    IEntityController<TEntity> controller,
    IReadOnlyList<IEntityFinalizer<TEntity>> finalizers)
    where TEntity : class, IKubernetesObject
{
    // The last states of objects that are gone, until the controller has dealt with them.
    private readonly ConcurrentDictionary<NamespacedName, TEntity> gone = new();

    public void Remember(TEntity deleted) => gone[NamespacedName.Of(deleted)] = deleted;

    /// <returns>Null where there was nothing to do.</returns>
    public async Task<ReconciliationResult<TEntity>?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        // Read anew, not from the cache: it may not yet have what the last reconcile wrote.
        var entity = await client.GetAsync<TEntity>(key.Name, key.Namespace, cancellationToken);
        if (gone.TryGetValue(key, out var deleted) && deleted.Metadata.Uid != entity?.Metadata.Uid)
        {
            var result = await controller.DeletedAsync(deleted, cancellationToken);
            if (!result.IsSuccess)
            {
                return result;
            }

            gone.TryRemove(KeyValuePair.Create(key, deleted));
        }

        if (entity is null)
        {
            return null;
        }

        return entity.Metadata.DeletionTimestamp is null
            ? await controller.ReconcileAsync(await KeepFinalizersAsync(entity, cancellationToken), cancellationToken)
            : await FinalizeAsync(entity, cancellationToken);
    }

    private async Task<TEntity> KeepFinalizersAsync(TEntity entity, CancellationToken cancellationToken)
    {
        var present = entity.Metadata.Finalizers ?? [];
        var missing = finalizers.Where(f => !present.Contains(f.Identifier) && f.IsNeeded(entity)).Select(f => f.Identifier).ToList();
        if (missing.Count > 0)
        {
            entity = await FinalizerPatch.AddAsync(client, entity, missing, cancellationToken);
        }

        var needless = finalizers.Where(f => present.Contains(f.Identifier) && !f.IsNeeded(entity)).Select(f => f.Identifier).ToList();
        return needless.Count > 0
            ? await FinalizerPatch.RemoveAsync(client, entity, needless, cancellationToken)
            : entity;
    }

    private async Task<ReconciliationResult<TEntity>> FinalizeAsync(TEntity entity, CancellationToken cancellationToken)
    {
        foreach (var finalizer in finalizers.Where(f => entity.Metadata.Finalizers?.Contains(f.Identifier) == true))
        {
            ReconciliationResult<TEntity> result;
            try
            {
                result = await finalizer.FinalizeAsync(entity, cancellationToken);
            }
            catch (KubernetesApiException e) when (e.StatusCode == HttpStatusCode.Forbidden)
            {
                // Rights that lie in the namespace go with it, in no fixed order; what they were for goes, too.
                if (!await IsNamespaceEndingAsync(entity, cancellationToken))
                {
                    throw;
                }

                result = ReconciliationResult<TEntity>.Success(entity);
            }

            if (!result.IsSuccess || result.RequeueAfter is not null)
            {
                // A requeue says that it is not finished.
                return result;
            }

            entity = await FinalizerPatch.RemoveAsync(client, result.Entity, [finalizer.Identifier], cancellationToken);
        }

        return ReconciliationResult<TEntity>.Success(entity);
    }

    /// <summary>False also where that cannot be found out.</summary>
    private async Task<bool> IsNamespaceEndingAsync(TEntity entity, CancellationToken cancellationToken)
    {
        try
        {
            return entity.Metadata.Namespace is { } name
                && await client.GetAsync<V1Namespace>(name, cancellationToken: cancellationToken) is { Metadata.DeletionTimestamp: not null };
        }
        catch (KubernetesApiException e) when (e.StatusCode == HttpStatusCode.Forbidden)
        {
            return false;
        }
    }
}
