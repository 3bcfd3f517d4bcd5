using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Metrics;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Watching;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupOperator.Kubernetes.Reconciliation;

/// <summary>Runs controllers, and stops them without cutting reconciles off.</summary>
public sealed class ControllerHost
{
    private readonly IKubernetesClient client;
    private readonly ControllerOptions options;
    private readonly TimeProvider time;
    private readonly ILoggerFactory loggers;
    private readonly Jitter jitter;
    private readonly InformerPool pool;
    private readonly List<IControllerRunner> runners = [];

    public ControllerHost(
        IKubernetesClient client,
        ControllerOptions? options = null,
        TimeProvider? time = null,
        ILoggerFactory? loggers = null,
        Random? random = null)
    {
        this.client = client;
        this.options = options ?? new();
        this.time = time ?? TimeProvider.System;
        this.loggers = loggers ?? NullLoggerFactory.Instance;
        jitter = new(random ?? new Random());
        pool = new(client, this.options.Informer, this.time, jitter, this.loggers);
    }

    /// <summary>Whether all that is watched has been read at least once; what is refused in one of several namespaces is not waited for.</summary>
    public bool IsSynced => pool.All.All(i => i.Synced.IsCompleted) && pool.All.GroupBy(i => i.Kind, StringComparer.Ordinal).All(k => k.Any(i => i.Refusal is null));

    /// <summary>What the API server refuses to show, in words for people.</summary>
    public IEnumerable<string> Refusals => pool.All.Select(i => i.Refusal).OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>What is stuck, in words for people; nothing while all loops move, whatever the API server answers.</summary>
    public IEnumerable<string> Problems => pool.All.Select(i => i.Problem).Concat(runners.Select(r => r.Problem)).OfType<string>();

    /// <summary>
    /// What the watches know of all objects of a kind, without a request; it may be a moment behind. To be called before
    /// <see cref="RunAsync"/>.
    /// </summary>
    public Func<IEnumerable<TEntity>> CacheOf<TEntity>()
        where TEntity : class, IKubernetesObject
    {
        var informers = pool.Get<TEntity>(options.Namespaces, null);
        return () => informers.SelectMany(i => i.Entities);
    }

    /// <summary>To be called before <see cref="RunAsync"/>.</summary>
    public ControllerHost Add<TEntity>(IEntityController<TEntity> controller, Action<ControllerBuilder<TEntity>>? configure = null)
        where TEntity : class, IKubernetesObject
    {
        var builder = new ControllerBuilder<TEntity>();
        configure?.Invoke(builder);
        runners.Add(new ControllerRunner<TEntity>(
            client, controller, builder, options, pool, time, jitter, loggers.CreateLogger(controller.GetType())));
        return this;
    }

    /// <summary>
    /// Runs until <paramref name="stopping"/>; then begins no reconcile any more, and lets the running ones finish within
    /// <see cref="ControllerOptions.ShutdownTimeout"/>. Any other end is an exception.
    /// </summary>
    /// <param name="aborting">Cancels the running reconciles too, at once.</param>
    public async Task RunAsync(CancellationToken stopping, CancellationToken aborting = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping, aborting);
        using var late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(late.Token, aborting);
        await using var registration = stop.Token.Register(() => late.CancelAfter(options.ShutdownTimeout));
        var tasks = pool.All.Select(i => i.RunAsync(stop.Token))
            .Concat(runners.Select(r => r.RunAsync(stop.Token, abort.Token)))
            .Select(task => StopAllOnFailureAsync(task, stop))
            .ToList();
        LeaderMetrics.IsLeader = true;
        try
        {
            await Task.WhenAll(tasks);
        }
        finally
        {
            LeaderMetrics.IsLeader = false;
        }
    }

    private static async Task StopAllOnFailureAsync(Task task, CancellationTokenSource stop)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to.
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }
}
