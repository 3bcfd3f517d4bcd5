using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Watching;

/// <summary>The last known state of the objects of a kind; turns lists and watch events into changes.</summary>
internal sealed class EntityCache<T>
    where T : class, IKubernetesObject
{
    private readonly ConcurrentDictionary<NamespacedName, T> entities = new();

    public IEnumerable<T> Entities => entities.Values;

    public bool TryGet(NamespacedName key, [NotNullWhen(true)] out T? entity) => entities.TryGetValue(key, out entity);

    /// <summary>Takes over a list. What is known and no longer listed was deleted while nobody watched.</summary>
    public IEnumerable<EntityChange<T>> Replace(EntityList<T> list)
    {
        var listed = list.Items.Select(NamespacedName.Of).Concat(list.Unreadable).ToHashSet();
        foreach (var key in entities.Keys.Where(k => !listed.Contains(k)))
        {
            if (entities.TryRemove(key, out var gone))
            {
                yield return new(EntityChangeType.Deleted, gone, gone);
            }
        }

        foreach (var change in list.Items.SelectMany(Put))
        {
            yield return change;
        }
    }

    public IEnumerable<EntityChange<T>> Apply(WatchEvent<T> change) =>
        change.Type switch
        {
            WatchEventType.Added or WatchEventType.Modified => Put(change.Entity),
            WatchEventType.Deleted => Remove(change.Entity),
            _ => [],
        };

    private IEnumerable<EntityChange<T>> Put(T entity)
    {
        var key = NamespacedName.Of(entity);
        var known = entities.TryGetValue(key, out var previous);
        entities[key] = entity;
        if (!known)
        {
            yield return new(EntityChangeType.Added, entity, null);
        }
        else if (previous!.Metadata.Uid != entity.Metadata.Uid)
        {
            // Deleted and made again between two looks.
            yield return new(EntityChangeType.Deleted, previous, previous);
            yield return new(EntityChangeType.Added, entity, null);
        }
        else if (previous.Metadata.ResourceVersion != entity.Metadata.ResourceVersion)
        {
            yield return new(EntityChangeType.Updated, entity, previous);
        }
    }

    private IEnumerable<EntityChange<T>> Remove(T entity)
    {
        if (entities.TryRemove(NamespacedName.Of(entity), out var previous))
        {
            yield return new(EntityChangeType.Deleted, previous, previous);
        }
    }
}
