using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Reconciliation;

/// <summary>What every log line of a reconcile carries.</summary>
internal static class ReconcileScope
{
    /// <param name="entity">As the cache has it; null where it is gone.</param>
    public static Dictionary<string, object?> Of<TEntity>(NamespacedName key, TEntity? entity, Func<TEntity, IEnumerable<KeyValuePair<string, object?>>> more)
        where TEntity : class, IKubernetesObject
    {
        var scope = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["kind"] = EntityDefinition.Of<TEntity>().Kind,
            ["namespace"] = key.Namespace,
            ["name"] = key.Name,
        };
        foreach (var (name, value) in entity is null ? [] : more(entity))
        {
            scope[name] = value;
        }

        return scope;
    }
}
