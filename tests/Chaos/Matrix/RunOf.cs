namespace BackupOperator.Chaos.Matrix;

/// <summary>The run that is under way.</summary>
internal enum RunOf
{
    Backup,
    Restore,
}
