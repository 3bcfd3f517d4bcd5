namespace BackupOperator.Core.Backups;

/// <summary>Finds the backups that an incremental or differential one may build on.</summary>
public static class ParentPlanner
{
    /// <summary>So many are offered; the sidecar takes the first whose chain is whole.</summary>
    public const int Most = 10;

    /// <param name="uid">The backup that is to be taken.</param>
    /// <param name="fullOnly">A differential backup builds on full ones only.</param>
    /// <returns>The newest first.</returns>
    public static IReadOnlyList<KnownBackup> Choose(string uid, BackupLineage lineage, bool fullOnly, IEnumerable<KnownBackup> known) =>
    [
        .. known
            .Where(b => b is { Completed: true, Deleting: false, TakenAt: not null, BackupId: not null, Path: not null, ManifestDigest: not null })
            .Where(b => b.Uid != uid && b.Lineage == lineage && (b.IsFull || !fullOnly))
            .OrderByDescending(b => b.TakenAt)
            .ThenByDescending(b => b.Uid, StringComparer.Ordinal)
            .Take(Most),
    ];
}
