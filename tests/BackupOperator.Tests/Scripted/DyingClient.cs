using System.Text.Json.Nodes;

namespace BackupOperator.Tests.Scripted;

/// <summary>The process dies at its n-th change: the API has made it or not, and nothing that follows happens.</summary>
internal sealed class DyingClient(IKubernetesClient inner, int lastChange, bool changeIsMade) : IKubernetesClient
{
    private readonly TaskCompletionSource died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int changes;

    /// <summary>Ends when the process has died.</summary>
    public Task Died => died.Task;

    public int Changes => changes;

    public Task<T?> GetAsync<T>(string name, string? @namespace = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject => Alive(() => inner.GetAsync<T>(name, @namespace, cancellationToken));

    public Task<EntityList<T>> ListAsync<T>(string? @namespace = null, ListQuery? query = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject => Alive(() => inner.ListAsync<T>(@namespace, query, cancellationToken));

    public Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject => ChangeAsync<T, T>(() => inner.CreateAsync(entity, cancellationToken));

    public Task<T> UpdateStatusAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject => ChangeAsync<T, T>(() => inner.UpdateStatusAsync(entity, cancellationToken));

    public Task<T> PatchAsync<T>(string name, string? @namespace, KubernetesPatch patch, string? subresource = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject => ChangeAsync<T, T>(() => inner.PatchAsync<T>(name, @namespace, patch, subresource, cancellationToken));

    public Task<bool> DeleteAsync<T>(string name, string? @namespace = null, DeleteRequest? request = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject => ChangeAsync<T, bool>(() => inner.DeleteAsync<T>(name, @namespace, request, cancellationToken));

    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(string? @namespace, string? resourceVersion, ListQuery? query = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject => inner.WatchAsync<T>(@namespace, resourceVersion, query, cancellationToken);

    public Task<JsonNode?> GetRawAsync(string path, CancellationToken cancellationToken = default) => inner.GetRawAsync(path, cancellationToken);

    private Task<T> Alive<T>(Func<Task<T>> request) => died.Task.IsCompleted ? Dead<T>() : request();

    private async Task<TResult> ChangeAsync<TEntity, TResult>(Func<Task<TResult>> change)
    {
        // Events tell a story; nothing depends on them.
        if (typeof(TEntity) == typeof(V1Event))
        {
            return await Alive(change);
        }

        var number = Interlocked.Increment(ref changes);
        if (number < lastChange)
        {
            return await Alive(change);
        }

        if (number == lastChange && changeIsMade)
        {
            try
            {
                await change();
            }
            catch (KubernetesApiException)
            {
                // It dies without having read the answer.
            }
        }

        died.TrySetResult();
        return await Dead<TResult>();
    }

    private static Task<T> Dead<T>() => Task.FromException<T>(new KubernetesUnavailableException("this process is dead"));
}
