using BackupOperator.Core.Backups;
using BackupOperator.Runs;

namespace BackupOperator.Backups;

/// <summary>What resources tell of the backups that there are. Pure.</summary>
internal static class BackupCatalogue
{
    /// <summary>The backups that this one may build on, the best one first; none for a full one.</summary>
    public static IReadOnlyList<RunParent> ParentsOf(MySqlBackup backup, IEnumerable<MySqlBackup> backups) =>
        backup.Spec.Type == BackupType.Full || Read(backup) is not { Lineage: { } lineage } me
            ? []
            :
            [
                .. ParentPlanner.Choose(me.Uid, lineage, backup.Spec.Type == BackupType.Differential, backups.Select(Read))
                    .Select(b => new RunParent(b.BackupId!, b.Path!, b.ManifestDigest!)),
            ];

    public static KnownBackup Read(MySqlBackup backup) => new()
    {
        Uid = backup.Metadata.Uid!,
        Lineage = backup.Status.Target?.Claim is { } claim
            ? new BackupLineage(
                backup.Metadata.Namespace!, backup.Spec.Target.StatefulSet, claim, StorageMapper.Identity(backup.Spec.Storage), backup.Spec.Encryption is not null)
            : null,
        Completed = backup.Status.Phase == BackupPhase.Completed,
        Deleting = backup.Metadata.DeletionTimestamp is not null || backup.Status.IsBeingPruned,

        // Before there were other types, a status had none.
        IsFull = (backup.Status.Type ?? backup.Spec.Type) == BackupType.Full,
        TakenAt = TakenAt(backup.Status),
        BackupId = backup.Status.BackupId,
        Path = backup.Status.Path,
        ManifestDigest = backup.Status.ManifestDigest,
    };

    /// <summary>The moment that a backup's data is from, as well as it is known.</summary>
    public static DateTimeOffset? TakenAt(MySqlBackupStatus status)
    {
        var told = status.Report?.LockedAt ?? status.Report?.StoppedAt ?? status.Report?.Backup?.ReadAt ?? status.CompletionTime;

        // It was taken before it was complete, whatever the clock of its node says.
        return told > status.CompletionTime ? status.CompletionTime : told;
    }
}
