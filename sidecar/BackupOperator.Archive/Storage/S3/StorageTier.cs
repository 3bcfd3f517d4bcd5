namespace BackupOperator.Archive.Storage.S3;

/// <summary>Where packs go when they have an age.</summary>
/// <param name="AfterDays">Since they were uploaded.</param>
/// <param name="StorageClass">As the store names it.</param>
public sealed record StorageTier(int AfterDays, string StorageClass);
