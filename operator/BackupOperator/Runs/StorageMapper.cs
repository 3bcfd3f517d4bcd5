namespace BackupOperator.Runs;

/// <summary>Writes a storage down for the sidecar. Pure.</summary>
internal static class StorageMapper
{
    /// <returns>Neither bucket nor claim where the run needs no storage.</returns>
    public static RunStorage Map(StorageSpec? storage) => new()
    {
        S3 = storage?.S3 is { } s3 ? S3(s3) : null,
        Volume = storage?.Volume is { } volume ? new RunVolume { Claim = volume.ClaimName, Folder = (volume.Path ?? "").Trim('/') } : null,
    };

    /// <summary>Where a backup lies, for people: <c>s3://bucket/key</c>, or the path in the claim.</summary>
    public static string Location(StorageSpec storage, string path) => storage switch
    {
        { S3: { } s3 } => "s3://" + string.Join('/', new[] { s3.Bucket, (s3.Prefix ?? "").Trim('/'), path }.Where(p => p.Length > 0)),
        { Volume: { } volume } => volume.ClaimName + ":/" + string.Join('/', new[] { (volume.Path ?? "").Trim('/'), path }.Where(p => p.Length > 0)),
        _ => path,
    };

    /// <summary>Equal for two storages that are the same place, whatever else is said of how to reach it.</summary>
    public static string Identity(StorageSpec storage) => storage switch
    {
        { S3: { } s3 } => $"s3|{s3.Endpoint?.TrimEnd('/').ToLowerInvariant()}|{s3.Bucket}|{(s3.Prefix ?? "").Trim('/')}",
        { Volume: { } volume } => $"volume|{volume.ClaimName}|{(volume.Path ?? "").Trim('/')}",
        _ => "",
    };

    private static RunS3 S3(S3StorageSpec s3)
    {
        var run = new RunS3
        {
            Bucket = s3.Bucket,
            Prefix = (s3.Prefix ?? "").Trim('/'),
            Endpoint = s3.Endpoint?.TrimEnd('/'),
            Region = s3.Region,
            ForcePathStyle = s3.ForcePathStyle,
            HasCredentials = s3.CredentialsSecretRef is not null,
            HasCa = s3.CaSecretRef is not null,
            InsecureSkipVerify = s3.InsecureSkipVerify,
            ServerSideEncryption = s3.ServerSideEncryption,
            KmsKeyId = s3.KmsKeyId,
            StorageClass = s3.StorageClass,
            Tiers = s3.Tiers is null ? null : [.. s3.Tiers.Select(tier => new RunTier(tier.AfterDays, tier.StorageClass))],
            Tags = s3.Tags,
            Concurrency = s3.Concurrency,
            BandwidthLimit = s3.BandwidthLimit?.Value,
        };
        return s3.PartSize is { } size ? run with { PartSize = size.Value } : run;
    }
}
