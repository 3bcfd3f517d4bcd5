namespace BackupOperator.Archive.Storage.S3;

/// <summary>A bucket of AWS or of any S3-compatible store.</summary>
public sealed record S3StoreOptions
{
    public required string Bucket { get; init; }

    /// <summary>Comes before every key; without slashes at its ends.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Null for AWS.</summary>
    public string? Endpoint { get; init; }

    public string? Region { get; init; }

    public bool ForcePathStyle { get; init; }

    /// <summary>
    /// A folder with the files <c>accessKeyId</c>, <c>secretAccessKey</c> and perhaps <c>sessionToken</c>, read again when
    /// they change. Null: the SDK's own chain (environment, web identity, instance role).
    /// </summary>
    public string? CredentialsFolder { get; init; }

    /// <summary>PEM file of the authorities to trust instead of the system's.</summary>
    public string? CaFile { get; init; }

    public bool InsecureSkipVerify { get; init; }

    /// <summary><c>AES256</c> or <c>aws:kms</c>.</summary>
    public string? ServerSideEncryption { get; init; }

    public string? KmsKeyId { get; init; }

    /// <summary>Of packs; what is small or changes often stays in the bucket's standard class.</summary>
    public string? StorageClass { get; init; }

    /// <summary>Where packs go later; empty for nowhere, null where that is none of our business.</summary>
    public IReadOnlyList<StorageTier>? Tiers { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// From 5 MiB on. More than 64 MiB count as 64: a pack of 4 GiB has 64 of those, and each one in flight is in memory.
    /// </summary>
    public int PartSize { get; init; } = 16 << 20;

    public int Concurrency { get; init; } = 4;

    /// <summary>For the answer to a request. What is large has as long as it takes, if only it moves.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>When nothing, or next to nothing, has moved for this long, a transfer is begun again.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Of all uploads of the store together, in bytes a second; null for none.</summary>
    public long? BandwidthLimit { get; init; }

    public RetryPolicy Retry { get; init; } = new();
}
