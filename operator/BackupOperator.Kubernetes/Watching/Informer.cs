using System.Diagnostics.CodeAnalysis;
using System.Net;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Health;
using BackupOperator.Kubernetes.Metrics;
using BackupOperator.Kubernetes.Models;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Kubernetes.Watching;

/// <summary>
/// Keeps the objects of a kind in memory, by a list and then a watch, and tells subscribers what changed. Never gives up:
/// whatever breaks, it watches on from the last resourceVersion, or lists again and tells the difference.
/// </summary>
/// <param name="isOneOfMany">There are other namespaces, which do not wait for one that is refused: it counts as empty until it is allowed.</param>
public sealed class Informer<T>(
    IKubernetesClient client,
    string? @namespace,
    ListQuery? query,
    InformerOptions options,
    TimeProvider time,
    Jitter jitter,
    ILogger logger,
    bool isOneOfMany = false) : IInformer
    where T : class, IKubernetesObject
{
    // A watch can fail for its resourceVersion without a 410, as after the restore of an etcd.
    private const int FailuresBeforeRelist = 3;

    private readonly EntityCache<T> cache = new();
    private readonly List<Action<EntityChange<T>>> subscribers = [];
    private readonly TaskCompletionSource synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string kind = EntityDefinition.Of<T>().Kind;
    private readonly Heartbeat heartbeat = new(time);
    private volatile bool running;
    private volatile string? refusal;
    private string? resourceVersion;
    private int failures;

    public Task Synced => synced.Task;

    public string Kind => kind;

    public string? Refusal => refusal;

    public string? Problem => running && heartbeat.Silence is var silence && silence > options.StuckAfter
        ? $"the watch of {kind} has not moved for {silence.TotalSeconds:0} s"
        : null;

    /// <summary>The last known states. They are shared: do not change them.</summary>
    public IEnumerable<T> Entities => cache.Entities;

    public bool TryGet(NamespacedName key, [NotNullWhen(true)] out T? entity) => cache.TryGet(key, out entity);

    /// <summary>To be called before <see cref="RunAsync"/>. Subscribers are called one after the other and must not block.</summary>
    public void Subscribe(Action<EntityChange<T>> subscriber) => subscribers.Add(subscriber);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        heartbeat.Beat();
        running = true;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ListAndWatchAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (KubernetesApiException e) when (e.IsGone)
            {
                logger.LogDebug("The watch of {Kind} is too old; listing again", kind);
                Fail(relist: true);
            }
            catch (KubernetesApiException e) when (resourceVersion is null && (e.StatusCode is HttpStatusCode.Forbidden || e.IsNotFound))
            {
                Refused(e);
                Fail(relist: true);
            }
            catch (Exception e)
            {
                Fail(relist: failures + 1 >= FailuresBeforeRelist);
                logger.LogWarning("Watching {Kind} failed ({Failures} in a row): {Error}{Hint}", kind, failures, e.Message, Hint(e));
            }

            heartbeat.Beat();
            await PauseAsync(cancellationToken);
            heartbeat.Beat();
        }
    }

    /// <summary>Of a list: no repetition helps, until somebody changes the rights, the namespaces or the definitions.</summary>
    private void Refused(KubernetesApiException e)
    {
        var first = refusal is null;
        refusal = $"{kind}s in {(@namespace is null ? "the cluster" : $"namespace {@namespace}")} cannot be watched: {e.Message}{Hint(e)}";
        WatchMetrics.Set(kind, @namespace, refused: true);
        logger.Log(
            first ? LogLevel.Warning : LogLevel.Debug,
            "{Refusal}{Consequence}", refusal, isOneOfMany ? "; the other namespaces are worked on without it, and it is tried again" : "");
        if (isOneOfMany)
        {
            synced.TrySetResult();
        }
    }

    private void Allowed()
    {
        if (refusal is not null)
        {
            refusal = null;
            WatchMetrics.Set(kind, @namespace, refused: false);
            logger.LogInformation("{Kind}s in namespace {Namespace} can be watched now", kind, @namespace);
        }
    }

    private async Task ListAndWatchAsync(CancellationToken cancellationToken)
    {
        if (resourceVersion is null)
        {
            var list = await client.ListAsync<T>(@namespace, query, cancellationToken);
            Allowed();
            Tell(cache.Replace(list));
            resourceVersion = list.ResourceVersion;
            synced.TrySetResult();
            heartbeat.Beat();
        }

        var start = time.GetTimestamp();
        await foreach (var change in client.WatchAsync<T>(@namespace, resourceVersion, query, cancellationToken))
        {
            heartbeat.Beat();
            Tell(cache.Apply(change));
            resourceVersion = change.Entity.Metadata.ResourceVersion ?? resourceVersion;
            failures = 0;
        }

        if (time.GetElapsedTime(start) >= options.ShortestWatch)
        {
            failures = 0;
        }
        else
        {
            Fail(relist: false);
        }
    }

    private void Tell(IEnumerable<EntityChange<T>> changes)
    {
        foreach (var change in changes)
        {
            foreach (var subscriber in subscribers)
            {
                try
                {
                    subscriber(change);
                }
                catch (Exception e)
                {
                    logger.LogError(e, "A subscriber failed on {Kind} {Name}", kind, NamespacedName.Of(change.Entity));
                }
            }
        }
    }

    private void Fail(bool relist)
    {
        failures++;
        resourceVersion = relist ? null : resourceVersion;
    }

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        if (failures == 0)
        {
            return;
        }

        var pause = options.RetryDelay * Math.Pow(2, Math.Min(failures - 1, 20));
        pause = jitter.Spread(pause < options.MaxRetryDelay ? pause : options.MaxRetryDelay, 0.5);
        try
        {
            await Task.Delay(pause, time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The loop ends by itself.
        }
    }

    private string Hint(Exception e) =>
        e switch
        {
            KubernetesApiException { IsNotFound: true } => $" Is the CustomResourceDefinition of {kind} installed?",
            KubernetesApiException { Reason: "Forbidden" } => $" Does the operator's role allow to list and watch {EntityDefinition.Of<T>().PluralName}?",
            _ => "",
        };
}
