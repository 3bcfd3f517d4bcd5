namespace BackupOperator.Core.Retention;

/// <summary>Whether a backup stays, and why: what a dry run prints.</summary>
public sealed record RetentionVerdict(StoredBackup Backup, bool Keep, IReadOnlyList<string> Reasons);
