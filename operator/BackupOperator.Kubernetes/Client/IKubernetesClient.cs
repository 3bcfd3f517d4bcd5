using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Client;

/// <summary>
/// Typed access to the Kubernetes API. Errors of the server are <see cref="KubernetesApiException"/>; where there was no
/// answer it is <see cref="KubernetesUnavailableException"/>. Short troubles are bridged by a few retries.
/// </summary>
public interface IKubernetesClient
{
    /// <summary>Reads one object.</summary>
    /// <returns>The object, or null where the server answers 404.</returns>
    Task<T?> GetAsync<T>(string name, string? @namespace = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject;

    /// <summary>Reads all objects of a kind, page by page; <paramref name="namespace"/> null means all namespaces.</summary>
    Task<EntityList<T>> ListAsync<T>(string? @namespace = null, ListQuery? query = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject;

    Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject;

    /// <summary>Replaces the status through the status subresource; a stale resourceVersion is a conflict (409).</summary>
    Task<T> UpdateStatusAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject;

    /// <summary>Sends a patch; <paramref name="subresource"/> is <c>status</c>, <c>scale</c> or null.</summary>
    Task<T> PatchAsync<T>(string name, string? @namespace, KubernetesPatch patch, string? subresource = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject;

    /// <summary>Deletes an object; one that is not there (404) is no error.</summary>
    /// <returns>False where there was nothing to delete.</returns>
    Task<bool> DeleteAsync<T>(string name, string? @namespace = null, DeleteRequest? request = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject;

    /// <summary>Streams changes after <paramref name="resourceVersion"/>. Ends when the server ends it; 410 is thrown as <see cref="KubernetesApiException"/>.</summary>
    IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(string? @namespace, string? resourceVersion, ListQuery? query = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject;

    /// <summary>Reads any path, such as <c>/version</c>.</summary>
    /// <returns>The answer, or null where the server answers 404.</returns>
    Task<JsonNode?> GetRawAsync(string path, CancellationToken cancellationToken = default);
}
