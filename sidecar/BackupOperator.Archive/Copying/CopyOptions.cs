using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Copying;

public sealed record CopyOptions
{
    /// <summary>What the manifest must be, as recorded elsewhere; null where nobody recorded it.</summary>
    public string? ManifestDigest { get; init; }

    /// <summary>The keys of encrypted backups, if they are at hand: copying works without them.</summary>
    public WrappingKeys? Keys { get; init; }

    /// <summary>How often an object is tried again, after the store's own attempts.</summary>
    public RetryPolicy Retry { get; init; } = new() { Attempts = 3, FirstDelay = TimeSpan.FromSeconds(2) };

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
