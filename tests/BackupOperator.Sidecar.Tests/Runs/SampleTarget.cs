namespace BackupOperator.Sidecar.Tests.Runs;

/// <summary>The database of runs for which it does not matter which one it is.</summary>
internal static class SampleTarget
{
    public static RunTarget Database { get; } = new()
    {
        StatefulSet = "db",
        StatefulSetUid = "u",
        Replicas = 1,
        Ordinal = 0,
        Pod = "db-0",
        Claim = "data-db-0",
        ServerDataDirectory = "/var/lib/mysql",
        MaxDowntime = TimeSpan.FromMinutes(30),
        QuiesceTimeout = TimeSpan.FromMinutes(5),
        ResumeTimeout = TimeSpan.FromMinutes(5),
    };
}
