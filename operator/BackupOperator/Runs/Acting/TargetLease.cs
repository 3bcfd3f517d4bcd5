using System.Text.Json.Nodes;
using BackupOperator.Core.Naming;
using BackupOperator.Jobs;

namespace BackupOperator.Runs;

/// <summary>
/// The Lease that keeps runs of one StatefulSet apart. It is taken and released with the resourceVersion that was seen
/// as precondition: of two that try at once, one gets a conflict and looks again.
/// </summary>
internal sealed class TargetLease(IKubernetesClient client, TimeProvider time)
{
    public Task TakeAsync(World world, CancellationToken cancellationToken) =>
        world.Lease is { } lease ? TakeOverAsync(lease, world.Run.Run, cancellationToken) : CreateAsync(world, cancellationToken);

    public Task ReleaseAsync(World world, CancellationToken cancellationToken) => world.Lease is { } lease
        ? client.DeleteAsync<V1Lease>(
            lease.Metadata.Name!, lease.Metadata.Namespace,
            new DeleteRequest(Uid: lease.Metadata.Uid, ResourceVersion: lease.Metadata.ResourceVersion), cancellationToken)
        : Task.CompletedTask;

    private async Task CreateAsync(World world, CancellationToken cancellationToken)
    {
        var run = world.Run.Run;
        try
        {
            await client.CreateAsync(
                new V1Lease
                {
                    Metadata = new V1ObjectMeta
                    {
                        Name = RunNames.Lease(world.StatefulSet!.Metadata.Name!),
                        Namespace = run.Namespace,
                        Labels = new Dictionary<string, string>(StringComparer.Ordinal) { [RunLabels.ManagedBy] = RunLabels.Operator },
                    },
                    Spec = new V1LeaseSpec { HolderIdentity = run.Holder, AcquireTime = time.GetUtcNow(), LeaseTransitions = 0 },
                },
                cancellationToken);
        }
        catch (KubernetesApiException e) when (e.IsAlreadyExists)
        {
            // Someone was faster; the next look tells who.
        }
    }

    private async Task TakeOverAsync(V1Lease lease, RunId run, CancellationToken cancellationToken) =>
        await client.PatchAsync<V1Lease>(
            lease.Metadata.Name!,
            lease.Metadata.Namespace,
            KubernetesPatch.Merge(new JsonObject
            {
                ["metadata"] = new JsonObject { ["uid"] = lease.Metadata.Uid, ["resourceVersion"] = lease.Metadata.ResourceVersion },
                ["spec"] = new JsonObject
                {
                    ["holderIdentity"] = run.Holder,
                    ["acquireTime"] = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture),
                    ["leaseTransitions"] = (lease.Spec?.LeaseTransitions ?? 0) + 1,
                },
            }),
            cancellationToken: cancellationToken);
}
