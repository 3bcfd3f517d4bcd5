namespace BackupOperator.Targets;

/// <summary>Whether the claims that a run needs are there and can be used as it must use them.</summary>
internal sealed class ClaimChecks(IKubernetesClient client)
{
    private const string ReadWriteOncePod = nameof(ReadWriteOncePod);

    /// <summary>The least that S3 takes for a part that is not the last.</summary>
    private const long LeastPart = 5 << 20;

    public async Task<SpecFinding?> CheckAsync(string @namespace, ResolvedTarget target, StorageSpec storage, CancellationToken cancellationToken)
    {
        var data = await client.GetAsync<V1PersistentVolumeClaim>(target.Claim, @namespace, cancellationToken);
        if (data is null)
        {
            return new SpecFinding(
                FailureReason.ClaimNotFound,
                $"PersistentVolumeClaim {target.Claim} of pod {target.Pod} does not exist in namespace {@namespace}; it comes with the pod's first start",
                Final: false);
        }

        if (data.Spec?.AccessModes?.Contains(ReadWriteOncePod) == true)
        {
            return new SpecFinding(
                FailureReason.InvalidSpec,
                $"PersistentVolumeClaim {target.Claim} is {ReadWriteOncePod}: no other pod can mount it while MySQL runs, and that is not supported yet; use ReadWriteOnce",
                Final: true);
        }

        if (storage.S3?.PartSize is { } part && part.Value is < LeastPart or > int.MaxValue)
        {
            return new SpecFinding(FailureReason.InvalidSpec, $"storage.s3.partSize is {part}; it must be from 5Mi to 2Gi", Final: true);
        }

        if (storage.Volume is not { } volume)
        {
            return null;
        }

        if (volume.ClaimName == target.Claim)
        {
            return new SpecFinding(
                FailureReason.InvalidSpec,
                $"PersistentVolumeClaim {volume.ClaimName} holds the database itself; a backup beside it would be lost with it: name another claim in storage.volume.claimName",
                Final: true);
        }

        return await client.GetAsync<V1PersistentVolumeClaim>(volume.ClaimName, @namespace, cancellationToken) is null
            ? new SpecFinding(
                FailureReason.ClaimNotFound,
                $"PersistentVolumeClaim {volume.ClaimName} does not exist in namespace {@namespace}; create it, or name another one in storage.volume.claimName",
                Final: false)
            : null;
    }
}
