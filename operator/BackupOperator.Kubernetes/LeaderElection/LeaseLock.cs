using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Serialization;

namespace BackupOperator.Kubernetes.LeaderElection;

/// <summary>
/// One Lease, and how long ago it was seen to change. The times within the Lease are never compared: clocks of two
/// machines differ.
/// </summary>
internal sealed class LeaseLock(IKubernetesClient client, LeaderElectionOptions options, TimeProvider time)
{
    private static readonly TimeSpan ReleasedDuration = TimeSpan.FromSeconds(1);

    private V1Lease? observed;
    private long observedAt;

    /// <summary>Whether the Lease has been read, or made, at least once.</summary>
    public bool IsKnown => observed is not null;

    public string? Holder => observed?.Spec?.HolderIdentity is { Length: > 0 } holder ? holder : null;

    private bool IsMine => Holder == options.Identity;

    /// <summary>Takes the Lease where it is free, ours, or not renewed for its duration.</summary>
    /// <returns>False where another holds it, or was faster.</returns>
    public async Task<bool> TryAcquireOrRenewAsync(CancellationToken cancellationToken)
    {
        // A holder need not look before it renews: the resourceVersion tells whether it still is one.
        if (IsMine && await TryWriteAsync(options.Identity, options.LeaseDuration, cancellationToken))
        {
            return true;
        }

        var lease = await client.GetAsync<V1Lease>(options.LeaseName, options.Namespace, cancellationToken);
        try
        {
            if (lease is null)
            {
                Observe(await client.CreateAsync(NewLease(), cancellationToken));
                return true;
            }

            if (lease.Metadata.ResourceVersion != observed?.Metadata.ResourceVersion)
            {
                Observe(lease);
            }

            if (Holder is not null && !IsMine && !IsExpired(lease))
            {
                return false;
            }

            Observe(await WriteAsync(lease, options.Identity, options.LeaseDuration, cancellationToken));
            return true;
        }
        catch (KubernetesApiException e) when (e.IsConflict || e.IsAlreadyExists)
        {
            return false;
        }
    }

    /// <summary>Lets the next one in at once. Errors do not count: the Lease also runs out by itself.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (observed is null || !IsMine)
        {
            return;
        }

        try
        {
            // The answer to the last renewal may have been lost, and with it the resourceVersion.
            if (!await TryWriteAsync("", ReleasedDuration, cancellationToken)
                && await client.GetAsync<V1Lease>(options.LeaseName, options.Namespace, cancellationToken) is { } lease
                && lease.Spec?.HolderIdentity == options.Identity)
            {
                Observe(await WriteAsync(lease, "", ReleasedDuration, cancellationToken));
            }
        }
        catch (Exception e) when (e is KubernetesApiException or KubernetesUnavailableException or OperationCanceledException)
        {
        }
    }

    /// <returns>False where the Lease has changed since it was observed, or is gone.</returns>
    private async Task<bool> TryWriteAsync(string holder, TimeSpan duration, CancellationToken cancellationToken)
    {
        try
        {
            Observe(await WriteAsync(observed!, holder, duration, cancellationToken));
            return true;
        }
        catch (KubernetesApiException e) when (e.IsConflict || e.IsNotFound)
        {
            return false;
        }
    }

    private void Observe(V1Lease lease)
    {
        observed = lease;
        observedAt = time.GetTimestamp();
    }

    private bool IsExpired(V1Lease lease)
    {
        var duration = lease.Spec?.LeaseDurationSeconds is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : options.LeaseDuration;
        return time.GetElapsedTime(observedAt) >= duration;
    }

    private V1Lease NewLease()
    {
        var now = time.GetUtcNow();
        return new()
        {
            Metadata = new() { Name = options.LeaseName, Namespace = options.Namespace },
            Spec = new()
            {
                HolderIdentity = options.Identity,
                LeaseDurationSeconds = (int)options.LeaseDuration.TotalSeconds,
                AcquireTime = now,
                RenewTime = now,
                LeaseTransitions = 0,
            },
        };
    }

    private Task<V1Lease> WriteAsync(V1Lease lease, string holder, TimeSpan duration, CancellationToken cancellationToken)
    {
        var now = MicroTimeConverter.ToText(time.GetUtcNow());
        var spec = new JsonObject
        {
            ["holderIdentity"] = holder,
            ["leaseDurationSeconds"] = (int)duration.TotalSeconds,
            ["renewTime"] = now,
        };
        if (lease.Spec?.HolderIdentity != holder && holder.Length > 0)
        {
            spec["acquireTime"] = now;
            spec["leaseTransitions"] = (lease.Spec?.LeaseTransitions ?? 0) + 1;
        }

        // The resourceVersion lets only one of several candidates through.
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = lease.Metadata.ResourceVersion },
            ["spec"] = spec,
        };
        return client.PatchAsync<V1Lease>(options.LeaseName, options.Namespace, KubernetesPatch.Merge(patch), null, cancellationToken);
    }
}
