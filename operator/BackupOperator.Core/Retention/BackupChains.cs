namespace BackupOperator.Core.Retention;

/// <summary>Which backups need which.</summary>
internal sealed class BackupChains(IEnumerable<StoredBackup> backups)
{
    private readonly Dictionary<string, StoredBackup> byId = backups.DistinctBy(b => b.Id).ToDictionary(b => b.Id, StringComparer.Ordinal);

    /// <summary>What a backup builds on, the nearest first; ends at what is not known.</summary>
    public IEnumerable<StoredBackup> Ancestors(StoredBackup backup)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { backup.Id };
        for (var parent = backup.ParentId; parent is not null && seen.Add(parent) && byId.TryGetValue(parent, out var ancestor); parent = ancestor.ParentId)
        {
            yield return ancestor;
        }
    }
}
