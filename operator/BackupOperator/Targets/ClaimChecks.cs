namespace BackupOperator.Targets;

/// <summary>Whether the claims that a run needs are there and can be used as it must use them.</summary>
internal sealed class ClaimChecks(IKubernetesClient client)
{
    private const string ReadWriteOncePod = nameof(ReadWriteOncePod);
    private const string ReadWriteMany = nameof(ReadWriteMany);

    /// <returns>The target, with what its claim says of it; or what is wrong with a claim.</returns>
    public async Task<Resolution<ResolvedTarget>> CheckAsync(
        string @namespace, ResolvedTarget target, IReadOnlyList<NamedStorage> storages, CancellationToken cancellationToken)
    {
        if (StorageChecks.Check(storages) is { } wrong)
        {
            return wrong;
        }

        var data = await client.GetAsync<V1PersistentVolumeClaim>(target.Claim, @namespace, cancellationToken);
        if (data is null)
        {
            return new SpecFinding(
                FailureReason.ClaimNotFound,
                $"PersistentVolumeClaim {target.Claim} of pod {target.Pod} does not exist in namespace {@namespace}; it comes with the pod's first start",
                Final: false);
        }

        foreach (var (field, storage) in storages)
        {
            if (storage.Volume is { } volume && await CheckAsync(@namespace, target, field, volume, cancellationToken) is { } finding)
            {
                return finding;
            }
        }

        return target with
        {
            ExclusiveClaim = data.Spec?.AccessModes?.Contains(ReadWriteOncePod) == true,
            SharedClaim = data.Spec?.AccessModes?.Contains(ReadWriteMany) == true,
        };
    }

    private async Task<SpecFinding?> CheckAsync(
        string @namespace, ResolvedTarget target, string field, VolumeStorageSpec volume, CancellationToken cancellationToken)
    {
        if (volume.ClaimName == target.Claim)
        {
            return new SpecFinding(
                FailureReason.InvalidSpec,
                $"PersistentVolumeClaim {volume.ClaimName} holds the database itself; a backup beside it would be lost with it: name another claim in {field}.volume.claimName",
                Final: true);
        }

        return await client.GetAsync<V1PersistentVolumeClaim>(volume.ClaimName, @namespace, cancellationToken) is null
            ? new SpecFinding(
                FailureReason.ClaimNotFound,
                $"PersistentVolumeClaim {volume.ClaimName} does not exist in namespace {@namespace}; create it, or name another one in {field}.volume.claimName",
                Final: false)
            : null;
    }
}
