using BackupOperator.Backups;
using BackupOperator.Core.Backups;
using BackupOperator.Core.Retention;
using BackupOperator.Runs;

namespace BackupOperator.Retention;

/// <summary>Backups as retention sees them. Pure.</summary>
internal static class GoodBackups
{
    /// <summary>Complete, and nothing is under way that would change it.</summary>
    public static bool IsGood(MySqlBackup backup) =>
        backup.Status is { Phase: BackupPhase.Completed, BackupId: not null, Path: not null, ManifestDigest: not null, IsBeingPruned: false }
        && backup.Metadata.DeletionTimestamp is null
        && backup.Metadata.Finalizers?.Contains(RunFinalizer.Name) != true
        && BackupCatalogue.TakenAt(backup.Status) is not null;

    public static StoredBackup Read(MySqlBackup backup, string? heldBy = null) =>
        new(backup.Status.BackupId!, BackupCatalogue.TakenAt(backup.Status) ?? default, backup.Status.Parent)
        {
            Bytes = backup.Status.Report?.Backup?.StoredBytes ?? 0,
            ExpiresAt = backup.Status.ExpiresAt,
            HeldBy = heldBy,
        };

    /// <summary>The same database in the same storage: only there can one need another.</summary>
    public static bool AreTogether(MySqlBackup one, string? @namespace, string statefulSet, StorageSpec storage) =>
        one.Metadata.Namespace == @namespace
        && one.Spec.Target.StatefulSet == statefulSet
        && StorageMapper.Identity(one.Spec.Storage) == StorageMapper.Identity(storage);

    /// <summary>A backup under way that may be building on any of the others; null where there is none.</summary>
    public static MySqlBackup? Building(IEnumerable<MySqlBackup> together) =>
        together.FirstOrDefault(b => b.Spec.Type != BackupType.Full && b.Status.StartTime is not null && !RunLookup.StageOf(b).IsOver());

    /// <summary>What is read by a restore must stay; null where none reads it.</summary>
    public static string? ReadBy(MySqlBackup backup, IEnumerable<MySqlRestore> restores) =>
        restores.FirstOrDefault(r => !RunLookup.StageOf(r).IsOver() && Reads(r, backup)) is { } restore ? $"read by MySqlRestore {restore.Metadata.Name}" : null;

    private static bool Reads(MySqlRestore restore, MySqlBackup backup)
    {
        if (restore.Metadata.Namespace != backup.Metadata.Namespace)
        {
            return false;
        }

        // What is not resolved yet may become any backup of that database.
        var source = restore.Spec.Source;
        return restore.Status.Source is { } found
            ? found.Uid == backup.Metadata.Uid || found.Path == backup.Status.Path
            : source.Backup == backup.Metadata.Name || source.Location?.Path.Trim('/') == backup.Status.Path || source.Latest?.StatefulSet == backup.Spec.Target.StatefulSet;
    }
}
