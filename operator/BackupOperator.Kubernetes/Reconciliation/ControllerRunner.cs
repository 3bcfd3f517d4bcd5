using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Metrics;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Queue;
using BackupOperator.Kubernetes.Watching;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Kubernetes.Reconciliation;

/// <summary>Runs one controller: informers fill the queue, workers empty it.</summary>
internal sealed class ControllerRunner<TEntity> : IControllerRunner
    where TEntity : class, IKubernetesObject
{
    /// <summary>How much longer than its timeout a reconcile may take before it counts as stuck.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private readonly ControllerOptions options;
    private readonly ControllerBuilder<TEntity> builder;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Reconciler<TEntity> reconciler;
    private readonly IReadOnlyList<Informer<TEntity>> primaries;
    private readonly WorkQueue<NamespacedName> queue;
    private readonly RunningReconciles running;
    private readonly string name;
    private volatile bool started;

    public ControllerRunner(
        IKubernetesClient client,
        IEntityController<TEntity> controller,
        ControllerBuilder<TEntity> builder,
        ControllerOptions options,
        InformerPool pool,
        TimeProvider time,
        Jitter jitter,
        ILogger logger)
    {
        this.options = options;
        this.builder = builder;
        this.time = time;
        this.logger = logger;
        name = controller.GetType().Name;
        running = new(time);
        reconciler = new(client, controller, builder.Finalizers);
        queue = new(options.Queue, time, jitter);
        ReconcileMetrics.ObserveQueue(name, () => queue.Depth);
        primaries = pool.Get<TEntity>(options.Namespaces, builder.Query);
        foreach (var informer in primaries)
        {
            informer.Subscribe(OnChange);
        }

        Informers = [.. primaries, .. builder.Secondaries.SelectMany(watch => watch(pool, options.Namespaces, EnqueueMapped))];
    }

    public IEnumerable<IInformer> Informers { get; }

    public string? Problem
    {
        get
        {
            if (running.Oldest is var (oldest, age) && age > options.ReconcileTimeout + Grace)
            {
                return $"{name} has been at {oldest} for {age.TotalSeconds:0} s";
            }

            // A worker is free again after each timeout at the latest.
            var standstill = started ? queue.Standstill : TimeSpan.Zero;
            return standstill > options.ReconcileTimeout + Grace ? $"{name} has not taken work for {standstill.TotalSeconds:0} s" : null;
        }
    }

    public async Task RunAsync(CancellationToken stopping, CancellationToken aborting)
    {
        try
        {
            // Before all caches are filled a controller would see a world with holes.
            await Task.WhenAll(Informers.Select(i => i.Synced)).WaitAsync(stopping);
            logger.LogInformation("{Controller} has seen all {Kind}s and starts", name, EntityDefinition.Of<TEntity>().Kind);
            started = true;
            ReconcileMetrics.Started(name);
            var workers = Enumerable.Range(0, builder.Workers ?? options.Workers).Select(_ => WorkAsync(stopping, aborting));
            await Task.WhenAll([.. workers, ResyncAsync(stopping)]);
        }
        finally
        {
            started = false;
            queue.Close();
        }
    }

    private void OnChange(EntityChange<TEntity> change)
    {
        if (!builder.Filter(change.Entity) && (change.Previous is null || !builder.Filter(change.Previous)))
        {
            return;
        }

        if (change.Type == EntityChangeType.Deleted)
        {
            reconciler.Remember(change.Entity);
        }

        queue.Add(NamespacedName.Of(change.Entity));
    }

    // Keys of objects that are not ours (another namespace or selector) may come in by a mapping.
    private void EnqueueMapped(NamespacedName key)
    {
        if (primaries.Any(p => p.TryGet(key, out _)))
        {
            queue.Add(key);
        }
    }

    private async Task ResyncAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(options.ResyncInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                foreach (var entity in primaries.SelectMany(p => p.Entities).Where(e => builder.Filter(e) && builder.Resynced(e)))
                {
                    queue.Add(NamespacedName.Of(entity));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task WorkAsync(CancellationToken stopping, CancellationToken aborting)
    {
        await foreach (var key in queue.TakeAllAsync(stopping))
        {
            running.Begin(key);
            try
            {
                await ReconcileAsync(key, aborting);
            }
            finally
            {
                running.End(key);
                queue.Done(key);
            }
        }
    }

    private async Task ReconcileAsync(NamespacedName key, CancellationToken aborting)
    {
        var known = primaries.Select(p => p.TryGet(key, out var entity) ? entity : null).FirstOrDefault(e => e is not null);
        using var scope = logger.BeginScope(ReconcileScope.Of(key, known, builder.LogProperties));
        var start = time.GetTimestamp();
        using var timeout = new CancellationTokenSource(options.ReconcileTimeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, aborting);
        var success = false;
        try
        {
            success = Handle(key, await reconciler.ReconcileAsync(key, stop.Token));
        }
        catch (OperationCanceledException) when (aborting.IsCancellationRequested)
        {
            logger.LogWarning("{Controller} was stopped in the middle of {Name}; the next start goes on", name, key);
        }
        catch (KubernetesApiException e) when (e.IsConflict)
        {
            // Someone else wrote first: read again, decide again.
            success = true;
            queue.AddRateLimited(key);
            logger.LogDebug("{Controller} met a conflict at {Name}: {Error}", name, key, e.Message);
        }
        catch (Exception e)
        {
            var pause = queue.AddRateLimited(key);
            var error = e is OperationCanceledException ? $"not finished after {options.ReconcileTimeout.TotalSeconds:0} s" : e.Message;
            // Trouble with the API server is explained by its message; anything else may be a mistake of ours.
            var detail = e is KubernetesApiException or KubernetesUnavailableException or OperationCanceledException ? null : e;
            logger.LogError(detail, "{Controller} failed at {Name}, again in {Pause:0.0} s: {Error}", name, key, pause.TotalSeconds, error);
        }

        ReconcileMetrics.Reconciled(name, time.GetElapsedTime(start), success);
    }

    private bool Handle(NamespacedName key, ReconciliationResult<TEntity>? result)
    {
        if (result is null or { IsSuccess: true })
        {
            queue.Forget(key);
        }

        if (result?.RequeueAfter is { } delay)
        {
            queue.AddAfter(key, delay);
        }
        else if (result is { IsSuccess: false })
        {
            queue.AddRateLimited(key);
        }

        if (result is { IsSuccess: false })
        {
            logger.LogWarning(result.Error, "{Controller} could not finish {Name}: {Error}", name, key, result.ErrorMessage);
        }

        return result is null or { IsSuccess: true };
    }
}
