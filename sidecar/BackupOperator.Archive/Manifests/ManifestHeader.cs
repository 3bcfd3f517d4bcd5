using System.Text.Json.Serialization;

namespace BackupOperator.Archive.Manifests;

/// <summary>The manifest's first line: what was backed up, how and when.</summary>
public sealed record ManifestHeader
{
    [JsonPropertyName("manifest")]
    public int Version { get; init; } = ArchiveFormat.Version;

    public required string BackupId { get; init; }

    /// <summary>The backup that this one refers to; null for a full one.</summary>
    public string? Parent { get; init; }

    /// <summary>Bytes of a block.</summary>
    public int BlockSize { get; init; } = ArchiveFormat.BlockSize;

    /// <summary><c>Cold</c>: read while a lock proved that the server was stopped.</summary>
    public required string Consistency { get; init; }

    public required ManifestFacts Facts { get; init; }

    /// <summary>When the first byte was read and when the manifest was written.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset FinishedAt { get; init; }

    /// <summary>Patterns of the names that were left out.</summary>
    public required IReadOnlyList<string> Excluded { get; init; }
}
