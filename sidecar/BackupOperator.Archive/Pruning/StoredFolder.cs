namespace BackupOperator.Archive.Pruning;

/// <summary>A folder below which something lies that has the shape of a backup.</summary>
/// <param name="Path">Within the storage.</param>
internal sealed record StoredFolder(string Path)
{
    private const string Packs = "/packs/";

    private static readonly string[] Names = [.. new[] { ArchiveFormat.ManifestKey(""), ArchiveFormat.DataKeyKey(""), ArchiveFormat.TokenKey("") }];

    public bool HasManifest { get; set; }

    /// <summary>When something was written there last; null where the store tells no times.</summary>
    public DateTimeOffset? ChangedAt { get; set; }

    /// <summary>The folder of the backup that an object belongs to; null for what is none of ours.</summary>
    public static string? PathOf(string key)
    {
        if (Names.FirstOrDefault(name => key.EndsWith(name, StringComparison.Ordinal)) is { } known)
        {
            return key[..^known.Length] is { Length: > 0 } path ? path : null;
        }

        var at = key.LastIndexOf(Packs, StringComparison.Ordinal);
        return at > 0 && IsPack(key[(at + Packs.Length)..]) ? key[..at] : null;
    }

    // 00000.pack and 00000.blocks.zst.
    private static bool IsPack(string name) =>
        name.Length > 5 && name.Take(5).All(char.IsAsciiDigit) && name[5..] is ".pack" or ".blocks.zst";
}
