using System.Diagnostics.Metrics;

namespace BackupOperator.Metrics;

/// <summary>Counts what becomes of backups whose data is to be deleted.</summary>
internal sealed class PruneMetrics(Meter meter)
{
    private readonly Counter<long> backups = meter.CreateCounter<long>("mysqlbackup_pruned_backups_total", description: "Backups whose data was deleted.");
    private readonly Counter<long> bytes = meter.CreateCounter<long>("mysqlbackup_pruned_bytes_total", "By", "What deleted backups had taken up in their first storage.");
    private readonly Counter<long> leftovers = meter.CreateCounter<long>("mysqlbackup_pruned_leftovers_total", description: "Folders of backups that never ended, removed a week later.");
    private readonly Counter<long> failures = meter.CreateCounter<long>(
        "mysqlbackup_prune_failures_total", description: "Backups that could not be deleted, by what became of them: PruneIncomplete is tried again, PruneRefused stays, DataLeft is left without its resource.");

    public void Gone(MySqlBackup backup)
    {
        backups.Add(1, Tags(backup));
        bytes.Add(backup.Status.Report?.Backup?.StoredBytes ?? 0, Tags(backup));
    }

    /// <param name="reason">The reason of the event.</param>
    public void Failed(MySqlBackup backup, string reason) => failures.Add(1, [new("reason", reason), .. Tags(backup)]);

    public void Swept(string @namespace, string statefulSet, int folders) => leftovers.Add(folders, TargetMetrics.Tags(@namespace, statefulSet));

    private static KeyValuePair<string, object?>[] Tags(MySqlBackup backup) => TargetMetrics.Tags(backup.Metadata.Namespace, backup.Spec.Target.StatefulSet);
}
