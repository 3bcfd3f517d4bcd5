using System.Collections.Concurrent;

namespace BackupOperator.LocalCluster.Controllers.Runtime;

/// <summary>
/// Keeps a copy of all objects of a kind by list and watch, and tells what changes. It is deliberately not the
/// informer of the code under test: a fault there must not hide in the stand-in, too.
/// </summary>
/// <param name="changed">Told, in order, of each object that came or changed (false) or went (true).</param>
public sealed class Mirror<T>(IKubernetesClient client, TimeProvider time, Action<T, bool>? changed = null, ListQuery? query = null)
    where T : class, IKubernetesObject
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<NamespacedName, T> objects = new();
    private readonly TaskCompletionSource synced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ICollection<T> Objects => objects.Values;

    /// <summary>Completes when the first list is in.</summary>
    public Task Synced => synced.Task;

    public T? Find(string @namespace, string name) => objects.GetValueOrDefault(new NamespacedName(@namespace, name));

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        string? version = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                version ??= await ListAsync(cancellationToken);
                await foreach (var change in client.WatchAsync<T>(null, version, query, cancellationToken))
                {
                    version = change.Entity.Metadata.ResourceVersion ?? version;
                    Apply(change);
                }
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is KubernetesApiException or KubernetesUnavailableException or HttpRequestException or IOException or OperationCanceledException or JsonException)
            {
                // Whatever was missed is in the next list.
                version = null;
                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<string> ListAsync(CancellationToken cancellationToken)
    {
        var list = await client.ListAsync<T>(null, query, cancellationToken);
        var present = list.Items.Select(item => NamespacedName.Of(item)).ToHashSet();
        foreach (var (key, gone) in objects)
        {
            if (!present.Contains(key) && objects.TryRemove(key, out _))
            {
                changed?.Invoke(gone, true);
            }
        }

        foreach (var item in list.Items)
        {
            objects[NamespacedName.Of(item)] = item;
            changed?.Invoke(item, false);
        }

        synced.TrySetResult();
        return list.ResourceVersion;
    }

    private void Apply(WatchEvent<T> change)
    {
        switch (change.Type)
        {
            case WatchEventType.Added or WatchEventType.Modified:
                objects[NamespacedName.Of(change.Entity)] = change.Entity;
                changed?.Invoke(change.Entity, false);
                break;
            case WatchEventType.Deleted:
                objects.TryRemove(NamespacedName.Of(change.Entity), out _);
                changed?.Invoke(change.Entity, true);
                break;
        }
    }
}
