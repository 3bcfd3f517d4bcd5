using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Client;

namespace BackupOperator.Kubernetes.Tests.LeaderElection;

/// <summary>Passes requests on, and knows how many are under way: a test does not move a clock while one is.</summary>
public sealed class TrackedClient(IKubernetesClient inner) : IKubernetesClient
{
    private int underWay;

    private int requests;

    public int UnderWay => Volatile.Read(ref underWay);

    public int Requests => Volatile.Read(ref requests);

    /// <summary>What each request waits for, whatever its token says.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    Task<T?> IKubernetesClient.GetAsync<T>(string name, string? @namespace, CancellationToken cancellationToken)
        where T : class => TrackAsync(() => inner.GetAsync<T>(name, @namespace, cancellationToken));

    Task<T> IKubernetesClient.CreateAsync<T>(T entity, CancellationToken cancellationToken) =>
        TrackAsync(() => inner.CreateAsync(entity, cancellationToken));

    Task<T> IKubernetesClient.PatchAsync<T>(string name, string? @namespace, KubernetesPatch patch, string? subresource, CancellationToken cancellationToken) =>
        TrackAsync(() => inner.PatchAsync<T>(name, @namespace, patch, subresource, cancellationToken));

    Task<EntityList<T>> IKubernetesClient.ListAsync<T>(string? @namespace, ListQuery? query, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    Task<T> IKubernetesClient.UpdateStatusAsync<T>(T entity, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<bool> IKubernetesClient.DeleteAsync<T>(string name, string? @namespace, DeleteRequest? request, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    IAsyncEnumerable<WatchEvent<T>> IKubernetesClient.WatchAsync<T>(string? @namespace, string? resourceVersion, ListQuery? query, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    Task<JsonNode?> IKubernetesClient.GetRawAsync(string path, CancellationToken cancellationToken) => throw new NotSupportedException();

    private async Task<T> TrackAsync<T>(Func<Task<T>> send)
    {
        Interlocked.Increment(ref underWay);
        Interlocked.Increment(ref requests);
        try
        {
            await Gate;
            return await send();
        }
        finally
        {
            Interlocked.Decrement(ref underWay);
        }
    }
}
