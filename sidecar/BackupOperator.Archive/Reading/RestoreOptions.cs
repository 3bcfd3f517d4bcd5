namespace BackupOperator.Archive.Reading;

public sealed record RestoreOptions
{
    /// <summary>A folder that is new, empty, or was begun by an attempt before this one.</summary>
    public required string TargetDirectory { get; init; }

    /// <summary>SHA-256 of the manifest as recorded elsewhere; null where nobody recorded it.</summary>
    public string? ManifestDigest { get; init; }

    /// <summary>A directory, perhaps of a running server, whose blocks are taken where they are equal; null to fetch all.</summary>
    public string? SeedDirectory { get; init; }

    /// <summary>Requests at once; null: as the store likes it, at least one a processor.</summary>
    public int? Concurrency { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
