using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Health;
using BackupOperator.Kubernetes.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupOperator.Kubernetes.LeaderElection;

/// <summary>Lets one of several processes work (the rules of client-go's leader election).</summary>
public sealed class LeaderElector(
    IKubernetesClient client,
    LeaderElectionOptions options,
    TimeProvider? time = null,
    Random? random = null,
    ILogger<LeaderElector>? logger = null) : IDisposable
{
    /// <summary>Longer than any request with all its retries.</summary>
    private static readonly TimeSpan Stuck = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromSeconds(5);

    private readonly TimeProvider time = time ?? TimeProvider.System;
    private readonly Jitter jitter = new(random ?? new Random());
    private readonly ILogger logger = logger ?? NullLogger<LeaderElector>.Instance;
    private readonly LeaseLock lease = new(client, options, time ?? TimeProvider.System);
    private readonly Heartbeat attempted = new(time ?? TimeProvider.System);
    private readonly Heartbeat renewed = new(time ?? TimeProvider.System);
    private readonly CancellationTokenSource lost = new();

    public bool IsLeader { get; private set; }

    /// <summary>Whether the Lease has been read: this process leads, or knows whom it waits for.</summary>
    public bool IsStandingBy => lease.IsKnown;

    /// <summary>Fires when the Lease is lost, and not when the work is asked to stop.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>What is wrong with the election's own loop; null while it moves. An API server that cannot be reached is not its fault.</summary>
    public string? Problem =>
        IsLeader && renewed.Silence > options.LeaseDuration + options.RenewDeadline
            ? $"{options.Identity} leads, and has not renewed its lease for {renewed.Silence.TotalSeconds:0} s"
            : attempted.Silence > Stuck
                ? $"the leader election has not moved for {attempted.Silence.TotalSeconds:0} s"
                : null;

    /// <summary>
    /// Waits to be elected, runs <paramref name="work"/>, and gives the Lease back when the work has ended. The token of
    /// the work fires with <paramref name="cancellationToken"/>, and when the Lease is lost.
    /// </summary>
    /// <exception cref="LeadershipLostException">
    /// The Lease was lost. The process is to end at once; the work, which has been told, is not waited for: another may
    /// lead already.
    /// </exception>
    public async Task RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        LeaderMetrics.IsLeader = false;
        await AcquireAsync(cancellationToken);
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lost.Token);
        using var renewing = new CancellationTokenSource();
        renewed.Beat();
        IsLeader = true;
        logger.LogInformation("{Identity} leads", options.Identity);
        // The renewal goes on until the work has really ended, also while it stops.
        var renewal = RenewAsync(renewing.Token);
        try
        {
            var working = work(leading.Token);
            if (await Task.WhenAny(working, renewal) == working && !lost.IsCancellationRequested)
            {
                await working;
            }
        }
        finally
        {
            IsLeader = false;
            await leading.CancelAsync();
            await renewing.CancelAsync();
            await renewal;
        }

        if (lost.IsCancellationRequested)
        {
            throw new LeadershipLostException(
                $"{options.Identity} could not renew the lease {options.Namespace}/{options.LeaseName} for {options.RenewDeadline.TotalSeconds:0} s.");
        }
    }

    public void Dispose() => lost.Dispose();

    private async Task AcquireAsync(CancellationToken cancellationToken)
    {
        string? lastHolder = null;
        while (!await TryAsync(cancellationToken))
        {
            if (lease.Holder != lastHolder)
            {
                lastHolder = lease.Holder;
                logger.LogInformation("{Holder} leads; {Identity} waits", lastHolder, options.Identity);
            }

            await Task.Delay(jitter.Spread(options.RetryPeriod, 1.2), time, cancellationToken);
        }
    }

    /// <summary>Ends when the Lease is lost, or after <paramref name="stop"/>, and then gives it back.</summary>
    private async Task RenewAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(options.RetryPeriod, time, stop);
                var left = options.RenewDeadline - renewed.Silence;
                // The others count from when the server took it, which may be long before its answer.
                var asked = time.GetTimestamp();
                if (left > TimeSpan.Zero && await TryWithinAsync(left, stop))
                {
                    renewed.Beat(asked);
                }
                else if (renewed.Silence >= options.RenewDeadline || lease.Holder != options.Identity)
                {
                    logger.LogError("{Identity} lost the lease to {Holder}", options.Identity, lease.Holder);
                    await lost.CancelAsync();
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            using var timeout = new CancellationTokenSource(ReleaseTimeout, time);
            await lease.ReleaseAsync(timeout.Token);
        }
    }

    private async Task<bool> TryWithinAsync(TimeSpan left, CancellationToken stop)
    {
        using var deadline = new CancellationTokenSource(left, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stop);
        try
        {
            return await TryAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        attempted.Beat();
        try
        {
            return await lease.TryAcquireOrRenewAsync(cancellationToken);
        }
        catch (Exception e) when (e is KubernetesApiException or KubernetesUnavailableException)
        {
            logger.LogWarning("The lease {Namespace}/{Name} cannot be renewed: {Error}", options.Namespace, options.LeaseName, e.Message);
            return false;
        }
    }
}
