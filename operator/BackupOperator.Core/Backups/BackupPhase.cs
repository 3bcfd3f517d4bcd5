namespace BackupOperator.Core.Backups;

/// <summary>What a MySqlBackup is doing, in the words of its status.</summary>
public enum BackupPhase
{
    Pending,
    Queued,
    Preparing,
    Precopying,
    Quiescing,
    Archiving,
    Resuming,
    Uploading,
    Verifying,
    Completed,
    Failed,
    Cancelled,
}
