namespace BackupOperator.Archive.Manifests;

/// <summary>What is known of the database; null where it is not.</summary>
public sealed record ManifestFacts
{
    public string? Namespace { get; init; }

    public string? StatefulSet { get; init; }

    /// <summary>Tells databases apart that have the same names in different clusters.</summary>
    public string? StatefulSetUid { get; init; }

    /// <summary>The MySqlBackup that the backup was taken for.</summary>
    public string? Resource { get; init; }

    /// <summary>The MySqlBackupSchedule that it belongs to.</summary>
    public string? Schedule { get; init; }

    public string? Pod { get; init; }

    public string? Claim { get; init; }

    /// <summary>The data directory as the server sees it.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>MySql, MariaDb or Percona.</summary>
    public string? ServerFlavour { get; init; }

    public string? ServerVersion { get; init; }

    public string? BinlogFile { get; init; }

    public long? BinlogPosition { get; init; }

    public string? GtidExecuted { get; init; }

    /// <summary>False where the server's files say that it crashed.</summary>
    public bool? CleanShutdown { get; init; }

    /// <summary>Why only the absence of pods proves that the server was stopped.</summary>
    public string? LockUnavailable { get; init; }
}
