using BackupOperator.Kubernetes.Client;
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
    ILogger<LeaderElector>? logger = null)
{
    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromSeconds(5);

    private readonly TimeProvider time = time ?? TimeProvider.System;
    private readonly Jitter jitter = new(random ?? new Random());
    private readonly ILogger logger = logger ?? NullLogger<LeaderElector>.Instance;
    private readonly LeaseLock lease = new(client, options, time ?? TimeProvider.System);

    public bool IsLeader { get; private set; }

    /// <summary>
    /// Waits to be elected, runs <paramref name="work"/>, and gives the Lease back when the work has ended. The token of
    /// the work fires with <paramref name="cancellationToken"/>, and when the Lease is lost.
    /// </summary>
    /// <exception cref="LeadershipLostException">The Lease was lost. The process is to end.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        await AcquireAsync(cancellationToken);
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var renewing = new CancellationTokenSource();
        IsLeader = true;
        LeaderMetrics.Won();
        logger.LogInformation("{Identity} leads", options.Identity);
        // The renewal goes on until the work has really ended, also while it stops.
        var renewal = RenewAsync(leading, renewing.Token);
        bool kept;
        try
        {
            await WorkAsync(work, leading.Token, cancellationToken);
        }
        finally
        {
            IsLeader = false;
            LeaderMetrics.Lost();
            await renewing.CancelAsync();
            kept = await renewal;
        }

        if (!kept)
        {
            throw new LeadershipLostException(
                $"{options.Identity} could not renew the lease {options.Namespace}/{options.LeaseName} for {options.RenewDeadline.TotalSeconds:0} s.");
        }
    }

    private static async Task WorkAsync(Func<CancellationToken, Task> work, CancellationToken leading, CancellationToken cancellationToken)
    {
        try
        {
            await work(leading);
        }
        catch (OperationCanceledException) when (leading.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The loss is told by its own exception.
        }
    }

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

    /// <returns>False where the Lease was lost.</returns>
    private async Task<bool> RenewAsync(CancellationTokenSource leading, CancellationToken stop)
    {
        var renewed = time.GetTimestamp();
        try
        {
            while (true)
            {
                await Task.Delay(options.RetryPeriod, time, stop);
                var left = options.RenewDeadline - time.GetElapsedTime(renewed);
                if (left > TimeSpan.Zero && await TryWithinAsync(left, stop))
                {
                    renewed = time.GetTimestamp();
                }
                else if (time.GetElapsedTime(renewed) >= options.RenewDeadline || lease.Holder != options.Identity)
                {
                    logger.LogError("{Identity} lost the lease to {Holder}", options.Identity, lease.Holder);
                    await leading.CancelAsync();
                    return false;
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            using var timeout = new CancellationTokenSource(ReleaseTimeout, time);
            await lease.ReleaseAsync(timeout.Token);
            return true;
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
