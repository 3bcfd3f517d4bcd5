namespace BackupOperator.Archive.Pruning;

/// <summary>A backup that is to go.</summary>
/// <param name="Path">Its folder within the storage.</param>
/// <param name="BackupId">What its manifest must say: another backup is left alone.</param>
/// <param name="ManifestDigest">What the manifest must be; null where nobody recorded it.</param>
/// <param name="Unfinished">Only what has no manifest: a whole backup stays, and that is no problem.</param>
public sealed record PruneRequest(string Path, string BackupId, string? ManifestDigest = null, bool Unfinished = false);

/// <summary>What became of it.</summary>
/// <param name="Problem">Why something is left; null where nothing is.</param>
/// <param name="Untouched">It was refused before anything was deleted: the backup is as good as before.</param>
public sealed record PruneResult(string Path, string? Problem, bool Untouched = false)
{
    public bool IsGone => Problem is null;
}
