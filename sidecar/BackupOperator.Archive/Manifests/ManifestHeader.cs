using System.Text.Json.Serialization;

namespace BackupOperator.Archive.Manifests;

/// <summary>The manifest's first line: what was backed up, how and when.</summary>
public sealed record ManifestHeader
{
    public const string Full = "Full";
    public const string Incremental = "Incremental";
    public const string Differential = "Differential";
    public const string Cold = "Cold";

    /// <summary>The only way to encrypt that there is; see <see cref="BackupOperator.Archive.Encryption.FrameCipher"/>.</summary>
    public const string AesGcm = "AES-256-GCM";

    [JsonPropertyName("manifest")]
    public int Version { get; init; } = ArchiveFormat.Version;

    public required string BackupId { get; init; }

    /// <summary>Full, Incremental or Differential.</summary>
    public string Type { get; init; } = Full;

    /// <summary>The backup that this one builds on; null for a full one.</summary>
    public ManifestParent? Parent { get; init; }

    /// <summary>How the blocks and the lines behind the packs are encrypted; null where they are not.</summary>
    public string? Encryption { get; init; }

    /// <summary>Bytes of a block.</summary>
    public int BlockSize { get; init; } = ArchiveFormat.BlockSize;

    /// <summary><c>Cold</c>: read while a lock proved that the server was stopped.</summary>
    public required string Consistency { get; init; }

    public required ManifestFacts Facts { get; init; }

    /// <summary>When the first byte was read, by the first attempt.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When the last byte was read: the moment that the backup shows.</summary>
    public required DateTimeOffset ReadAt { get; init; }

    /// <summary>When the manifest was written.</summary>
    public required DateTimeOffset FinishedAt { get; init; }

    /// <summary>
    /// Which start of which machine the files were read in (<c>/proc/sys/kernel/random/boot_id</c>); null where it is not known.
    /// A crash may leave files with new content and old times: servers write in place and have only the data made durable.
    /// </summary>
    public string? BootId { get; init; }

    /// <summary>Patterns of the names that were left out.</summary>
    public required IReadOnlyList<string> Excluded { get; init; }

    /// <summary>The data directory itself.</summary>
    public required ManifestRoot Root { get; init; }

    /// <summary>As the manifest's last line has them.</summary>
    public required ManifestTotals Totals { get; init; }

    /// <summary>Bytes of the backup's own packs.</summary>
    public required long StoredBytes { get; init; }

    [JsonIgnore]
    public bool IsEncrypted => Encryption is not null;

    /// <summary>Blocks that the last pass found stored already, by an earlier pass, attempt or backup.</summary>
    public long BlocksReused { get; init; }
}

/// <summary>A backup that another one builds on.</summary>
/// <param name="Path">Its folder within the same storage.</param>
/// <param name="Manifest">The digest of its manifest.</param>
public sealed record ManifestParent(string BackupId, string Path, string Manifest);

/// <summary>Owner and permission bits of the data directory.</summary>
public sealed record ManifestRoot(int Mode, uint Uid, uint Gid);
