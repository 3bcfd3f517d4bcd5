namespace BackupOperator.Archive.Manifests;

/// <summary>The manifest's last line: without it the manifest is not whole.</summary>
public sealed record ManifestTotals(long Files, long Directories, long Links, long Blocks, long Holes, long LogicalBytes)
{
    public static readonly ManifestTotals None = new(0, 0, 0, 0, 0, 0);

    public ManifestTotals Add(ManifestEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Kind switch
        {
            ManifestEntryKind.Directory => this with { Directories = Directories + 1 },
            ManifestEntryKind.Link => this with { Links = Links + 1 },
            _ => this with
            {
                Files = Files + 1,
                Blocks = Blocks + entry.Blocks.Sum(block => block.IsHole ? block.Length : 1L),
                Holes = Holes + entry.Blocks.Sum(block => block.IsHole ? block.Length : 0L),
                LogicalBytes = LogicalBytes + entry.Size,
            },
        };
    }
}
