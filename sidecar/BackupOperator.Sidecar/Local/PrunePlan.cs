using BackupOperator.Archive.Reading;
using BackupOperator.Core.Retention;

namespace BackupOperator.Sidecar.Local;

/// <summary>What a retention makes of the backups in a storage, for each database by itself. Pure.</summary>
internal sealed class PrunePlan
{
    private readonly Dictionary<string, ArchiveReader> _archives;
    private readonly Dictionary<string, StoredBackup> _stored;

    /// <param name="archives">Those in the storage, by their paths.</param>
    public PrunePlan(IReadOnlyDictionary<string, ArchiveReader> archives)
    {
        _archives = new(archives, StringComparer.Ordinal);
        _stored = archives.ToDictionary(
            a => a.Key, a => new StoredBackup(a.Key, a.Value.Header.ReadAt, ParentOf(a.Key, a.Value)) { Bytes = a.Value.Header.StoredBytes }, StringComparer.Ordinal);
    }

    /// <summary>For each backup its database, and whether it stays; by databases, the newest first.</summary>
    public IReadOnlyList<(string Database, RetentionVerdict Verdict)> Decide(RetentionPolicy policy, TimeZoneInfo zone, DateTimeOffset now)
    {
        var groups = _archives.GroupBy(a => KeyOf(a.Key, a.Value)).OrderBy(g => g.Key.Name, StringComparer.Ordinal).ThenBy(g => g.Key.Uid, StringComparer.Ordinal);
        var verdicts = groups.ToDictionary(
            g => g.Key,
            g => RetentionPlanner.Decide(policy, [.. g.Select(a => _stored[a.Key])], [.. _stored.Where(s => KeyOf(s.Key, _archives[s.Key]) != g.Key).Select(s => s.Value)], zone, now));
        return [.. verdicts.SelectMany(g => g.Value.Select(v => (g.Key.Name, v)))];
    }

    public string DatabaseOf(string path) => KeyOf(path, _archives[path]).Name;

    // Databases of the same name in two clusters are two.
    private static (string Name, string? Uid) KeyOf(string path, ArchiveReader archive) => archive.Header.Facts switch
    {
        { StatefulSet: { } set } facts => ($"{facts.Namespace}/{set}", facts.StatefulSetUid),

        // Taken by hand: those of several servers may lie in one storage, each in a folder.
        var facts => (facts.DataDirectory ?? "", path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : ""),
    };

    // The parent's path counts from where its storage began, above or below what is looked at: that is the longest common
    // beginning that fits.
    private string? ParentOf(string path, ArchiveReader archive) => archive.Header.Parent is { } parent
        ? _archives.Where(a => a.Key != path && a.Value.Header.BackupId == parent.BackupId && (a.Key == parent.Path || IsTail(a.Key, parent.Path) || IsTail(parent.Path, a.Key)))
            .OrderByDescending(a => CommonLength(a.Key, path)).Select(a => a.Key).FirstOrDefault()
        : null;

    private static bool IsTail(string path, string tail) => path.EndsWith("/" + tail, StringComparison.Ordinal);

    private static int CommonLength(string one, string other) => one.AsSpan().CommonPrefixLength(other);
}
