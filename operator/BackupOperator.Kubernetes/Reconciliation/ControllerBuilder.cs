using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Watching;

namespace BackupOperator.Kubernetes.Reconciliation;

/// <summary>What a controller has to do with other kinds.</summary>
public sealed class ControllerBuilder<TEntity>
    where TEntity : class, IKubernetesObject
{
    internal List<IEntityFinalizer<TEntity>> Finalizers { get; } = [];

    /// <summary>Subscribe to the informers of a secondary kind, and give them back.</summary>
    internal List<Func<InformerPool, IReadOnlyList<string>, Action<NamespacedName>, IEnumerable<IInformer>>> Secondaries { get; } = [];

    internal ListQuery? Query { get; private set; }

    internal Func<TEntity, bool> Filter { get; private set; } = _ => true;

    internal Func<TEntity, bool> Resynced { get; private set; } = _ => true;

    internal int? Workers { get; private set; }

    internal Func<TEntity, IEnumerable<KeyValuePair<string, object?>>> LogProperties { get; private set; } = _ => [];

    public ControllerBuilder<TEntity> WithFinalizer(IEntityFinalizer<TEntity> finalizer)
    {
        Finalizers.Add(finalizer);
        return this;
    }

    /// <summary>Only objects with these labels.</summary>
    public ControllerBuilder<TEntity> WithSelector(string labelSelector)
    {
        Query = new(labelSelector);
        return this;
    }

    /// <summary>Only changes after which, or before which, the object was of interest. Judge by what is in the object alone.</summary>
    public ControllerBuilder<TEntity> WithFilter(Func<TEntity, bool> filter)
    {
        Filter = filter;
        return this;
    }

    /// <summary>Which objects of interest the resync leaves out: what waits for nothing but its own time.</summary>
    public ControllerBuilder<TEntity> WithoutResync(Func<TEntity, bool> leftOut)
    {
        Resynced = entity => !leftOut(entity);
        return this;
    }

    public ControllerBuilder<TEntity> WithWorkers(int workers)
    {
        Workers = workers;
        return this;
    }

    /// <summary>What log lines of a reconcile carry beside the object's kind, namespace and name.</summary>
    public ControllerBuilder<TEntity> WithLogProperties(Func<TEntity, IEnumerable<KeyValuePair<string, object?>>> properties)
    {
        LogProperties = properties;
        return this;
    }

    /// <summary>A change of an object that names a <typeparamref name="TEntity"/> as its owner reconciles the owner.</summary>
    public ControllerBuilder<TEntity> Owns<TSecondary>(string? labelSelector = null)
        where TSecondary : class, IKubernetesObject =>
        Watches<TSecondary>(OwnersOf, labelSelector);

    /// <summary>A change of another object reconciles what <paramref name="map"/> says; it sees the states before and after.</summary>
    /// <param name="concerns">Whether a change from one state to another matters; one that appears or goes always does.</param>
    public ControllerBuilder<TEntity> Watches<TSecondary>(
        Func<TSecondary, IEnumerable<NamespacedName>> map, string? labelSelector = null, Func<TSecondary, TSecondary, bool>? concerns = null)
        where TSecondary : class, IKubernetesObject
    {
        Secondaries.Add((pool, namespaces, enqueue) =>
        {
            var informers = pool.Get<TSecondary>(namespaces, labelSelector is null ? null : new(labelSelector));
            foreach (var informer in informers)
            {
                informer.Subscribe(change =>
                {
                    if (change is { Type: EntityChangeType.Updated, Previous: { } previous } && concerns?.Invoke(previous, change.Entity) == false)
                    {
                        return;
                    }

                    var states = change.Previous is null ? [change.Entity] : new[] { change.Entity, change.Previous };
                    foreach (var key in states.SelectMany(map).Distinct())
                    {
                        enqueue(key);
                    }
                });
            }

            return informers;
        });
        return this;
    }

    private static IEnumerable<NamespacedName> OwnersOf<TSecondary>(TSecondary entity)
        where TSecondary : class, IKubernetesObject
    {
        var owner = EntityDefinition.Of<TEntity>();
        var @namespace = owner.Scope == EntityScope.Cluster ? "" : entity.Metadata.Namespace ?? "";
        return (entity.Metadata.OwnerReferences ?? [])
            .Where(o => o.Kind == owner.Kind && (o.ApiVersion ?? "").Split('/')[0] == owner.ApiVersion.Split('/')[0])
            .Select(o => new NamespacedName(@namespace, o.Name ?? ""));
    }
}
