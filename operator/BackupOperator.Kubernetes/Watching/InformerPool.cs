using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Models;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Kubernetes.Watching;

/// <summary>Informers that several controllers share: one watch a kind, namespace and selector.</summary>
internal sealed class InformerPool(IKubernetesClient client, InformerOptions options, TimeProvider time, Jitter jitter, ILoggerFactory loggers)
{
    private readonly Dictionary<(Type Type, string? Namespace, ListQuery? Query), IInformer> informers = [];

    public IEnumerable<IInformer> All => informers.Values;

    /// <param name="namespaces">Empty means all.</param>
    public IReadOnlyList<Informer<T>> Get<T>(IReadOnlyList<string> namespaces, ListQuery? query)
        where T : class, IKubernetesObject =>
        namespaces.Count == 0 || EntityDefinition.Of<T>().Scope == EntityScope.Cluster
            ? [Get<T>((string?)null, query, isOneOfMany: false)]
            : [.. namespaces.Distinct(StringComparer.Ordinal).Select(n => Get<T>(n, query, isOneOfMany: namespaces.Count > 1))];

    private Informer<T> Get<T>(string? @namespace, ListQuery? query, bool isOneOfMany)
        where T : class, IKubernetesObject
    {
        var key = (typeof(T), @namespace, query);
        if (!informers.TryGetValue(key, out var informer))
        {
            informers[key] = informer = new Informer<T>(client, @namespace, query, options, time, jitter, loggers.CreateLogger<Informer<T>>(), isOneOfMany);
        }

        return (Informer<T>)informer;
    }
}
