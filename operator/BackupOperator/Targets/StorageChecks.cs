using BackupOperator.Runs;

namespace BackupOperator.Targets;

/// <summary>What is wrong with storages whatever the world looks like, and more than a schema can tell. Pure.</summary>
internal static class StorageChecks
{
    /// <summary>The least that S3 takes for a part that is not the last.</summary>
    private const long LeastPart = 5 << 20;

    /// <summary>Below it, a part does not arrive before the store gives up.</summary>
    private const long LeastBandwidth = 64 << 10;

    public static SpecFinding? Check(IReadOnlyList<NamedStorage> storages)
    {
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (field, storage) in storages)
        {
            if (storage.S3?.PartSize is { } part && part.Value is < LeastPart or > int.MaxValue)
            {
                return Wrong($"{field}.s3.partSize is {part}; it must be from 5Mi to 2Gi");
            }

            if (storage.S3?.BandwidthLimit is { } limit && limit.Value < LeastBandwidth)
            {
                return Wrong($"{field}.s3.bandwidthLimit is {limit}; it must be 64Ki (bytes a second) or more");
            }

            if (storage.S3?.Tiers is { } tiers && tiers.Zip(tiers.Skip(1)).FirstOrDefault(pair => pair.First.AfterDays >= pair.Second.AfterDays) is ({ } early, { } late))
            {
                return Wrong($"{field}.s3.tiers has {late.StorageClass} after {late.AfterDays} days behind {early.StorageClass} after {early.AfterDays}; the days must rise");
            }

            if (storage.S3?.Tiers?.GroupBy(tier => tier.StorageClass).FirstOrDefault(same => same.Skip(1).Any()) is { } twice)
            {
                return Wrong($"{field}.s3.tiers names {twice.Key} twice");
            }

            if (!places.TryAdd(StorageMapper.Identity(storage), field))
            {
                return Wrong($"{field} is the same place as {places[StorageMapper.Identity(storage)]}: a copy there is none; name another bucket, prefix, claim or folder");
            }
        }

        return null;
    }

    private static SpecFinding Wrong(string message) => new(FailureReason.InvalidSpec, message, Final: true);
}
