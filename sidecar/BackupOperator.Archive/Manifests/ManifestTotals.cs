namespace BackupOperator.Archive.Manifests;

/// <summary>What a manifest holds, counted. It stands at its beginning, to be read quickly, and at its end: without that it is not whole.</summary>
/// <param name="Blocks">Of all files, holes included.</param>
/// <param name="Holes">Blocks that are all zeros.</param>
/// <param name="LogicalBytes">The sizes of all files.</param>
/// <param name="DataBytes">Of those, without holes: what a restore writes.</param>
public sealed record ManifestTotals(long Files, long Directories, long Links, long Blocks, long Holes, long LogicalBytes, long DataBytes);
