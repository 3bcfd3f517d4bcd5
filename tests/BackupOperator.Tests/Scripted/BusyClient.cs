using System.Text.Json.Nodes;

namespace BackupOperator.Tests.Scripted;

/// <summary>Somebody else does something before each deletion.</summary>
internal sealed class BusyClient(IKubernetesClient inner, Func<Task> meanwhile) : IKubernetesClient
{
    public Task<T?> GetAsync<T>(string name, string? @namespace = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject => inner.GetAsync<T>(name, @namespace, cancellationToken);

    public Task<EntityList<T>> ListAsync<T>(string? @namespace = null, ListQuery? query = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject => inner.ListAsync<T>(@namespace, query, cancellationToken);

    public Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject => inner.CreateAsync(entity, cancellationToken);

    public Task<T> UpdateStatusAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject => inner.UpdateStatusAsync(entity, cancellationToken);

    public Task<T> PatchAsync<T>(string name, string? @namespace, KubernetesPatch patch, string? subresource = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject => inner.PatchAsync<T>(name, @namespace, patch, subresource, cancellationToken);

    public async Task<bool> DeleteAsync<T>(string name, string? @namespace = null, DeleteRequest? request = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject
    {
        await meanwhile();
        return await inner.DeleteAsync<T>(name, @namespace, request, cancellationToken);
    }

    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(string? @namespace, string? resourceVersion, ListQuery? query = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject => inner.WatchAsync<T>(@namespace, resourceVersion, query, cancellationToken);

    public Task<JsonNode?> GetRawAsync(string path, CancellationToken cancellationToken = default) => inner.GetRawAsync(path, cancellationToken);
}
