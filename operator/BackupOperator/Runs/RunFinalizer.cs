namespace BackupOperator.Runs;

/// <summary>Makes a deletion wait until a run that is under way has been undone.</summary>
internal static class RunFinalizer
{
    public const string Name = "mysqlbackup.io/run";
}
