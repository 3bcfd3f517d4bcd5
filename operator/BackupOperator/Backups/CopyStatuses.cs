using BackupOperator.Runs;

namespace BackupOperator.Backups;

/// <summary>Reads what the status of a backup has of its copies. Pure.</summary>
internal static class CopyStatuses
{
    /// <summary>The number of the attempt that comes next, or is under way; the backup itself was the first.</summary>
    public static int NextAttempt(IRunEntity entity) =>
        1 + ((entity as MySqlBackup)?.Status.Copies ?? []).Where(c => c.Complete != true).Select(c => c.Attempts ?? 1).DefaultIfEmpty(1).Max();

    /// <summary>The copies that are not complete.</summary>
    public static IReadOnlyList<CopyStore> Incomplete(MySqlBackup backup) =>
        [.. CopyStore.Of(backup.Spec).Where(c => backup.Status.Copies?.ElementAtOrDefault(c.Index)?.Complete != true)];
}
