namespace BackupOperator.LocalCluster.Controllers.Runtime;

/// <summary>
/// A control loop: changes of what it watches queue keys, and one worker makes the world of a key as it should be.
/// It reads from the API server, not from a copy: a stand-in has to be right before it is fast.
/// </summary>
public abstract class Controller(IKubernetesClient client, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan RetryFirst = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RetryMost = TimeSpan.FromSeconds(5);

    private readonly KeyQueue queue = new(time);
    private readonly List<Func<CancellationToken, Task>> mirrors = [];
    private readonly Dictionary<NamespacedName, int> failures = [];

    protected IKubernetesClient Client { get; } = client;

    protected TimeProvider Time { get; } = time;

    protected ILogger Log { get; } = log;

    protected EventRecorder Events { get; } = new(client, time);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var watching = mirrors.Select(run => run(cancellationToken)).ToList();
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                await WorkAsync(await queue.TakeAsync(cancellationToken), cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped.
        }

        await Task.WhenAll(watching);
    }

    /// <summary>Queues the keys that <paramref name="keysOf"/> names for each change of a <typeparamref name="T"/>.</summary>
    protected Mirror<T> Watch<T>(Func<T, IEnumerable<NamespacedName>> keysOf)
        where T : class, IKubernetesObject
    {
        var mirror = new Mirror<T>(Client, Time, (entity, _) =>
        {
            foreach (var key in keysOf(entity))
            {
                queue.Add(key);
            }
        });
        mirrors.Add(mirror.RunAsync);
        return mirror;
    }

    /// <summary>The keys of objects of <paramref name="kind"/> that control the entity.</summary>
    protected static IEnumerable<NamespacedName> ControllerOf(IKubernetesObject entity, string kind) =>
        entity.ControllerReference() is { } owner && owner.Kind == kind
            ? [new NamespacedName(entity.Metadata.Namespace ?? "", owner.Name ?? "")]
            : [];

    /// <returns>When to look again without a change; null for never.</returns>
    protected abstract Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken);

    private async Task WorkAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        try
        {
            var again = await ReconcileAsync(key, cancellationToken);
            failures.Remove(key);
            if (again is { } delay)
            {
                queue.AddAfter(key, delay, cancellationToken);
            }
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            var count = failures[key] = failures.GetValueOrDefault(key) + 1;
            var delay = TimeSpan.FromTicks(Math.Min(RetryMost.Ticks, RetryFirst.Ticks << Math.Min(count, 10)));
            if (error is not KubernetesApiException { IsConflict: true })
            {
                Log.LogWarning("{Controller} {Key}: {Error}; again in {Delay}", GetType().Name, key, error.Message, delay);
            }

            queue.AddAfter(key, delay, cancellationToken);
        }
    }
}
