namespace BackupOperator.Metrics;

/// <summary>What the resources say about one StatefulSet.</summary>
/// <param name="LeftStopped">It was stopped by a run, and no run is going to start it any more, or not in time.</param>
internal sealed record TargetSummary(NamespacedName Target, LastRuns<MySqlBackup> Backups, LastRuns<MySqlRestore> Restores, bool LeftStopped);

/// <summary>The last runs of a kind.</summary>
/// <param name="Ended">The last one that came to a result, good or bad; one that was cancelled has none.</param>
/// <param name="Any">The one that was created last.</param>
internal sealed record LastRuns<TRun>(TRun? Ended, TRun? Succeeded, TRun? Any)
    where TRun : class, IRunEntity;
