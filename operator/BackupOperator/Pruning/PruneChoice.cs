using BackupOperator.Core.Backups;
using BackupOperator.Retention;
using BackupOperator.Runs;

namespace BackupOperator.Pruning;

/// <summary>Which backups of one database in one storage can be deleted now. Pure.</summary>
/// <param name="Ready">Nothing that stays needs them.</param>
/// <param name="Needed">By uid, the backup that stays and needs this one.</param>
/// <param name="Held">By uid, what reads this one now.</param>
internal sealed record PruneChoice(IReadOnlyList<MySqlBackup> Ready, IReadOnlyDictionary<string, MySqlBackup> Needed, IReadOnlyDictionary<string, string> Held)
{
    /// <summary>Whether its data is to be deleted.</summary>
    public static bool IsWanted(MySqlBackup backup) => backup.Metadata.DeletionTimestamp is null
        ? backup.Status.IsBeingPruned
        : DataFinalizer.IsOn(backup) && backup.Metadata.Finalizers?.Contains(RunFinalizer.Name) != true && backup.Status is { Path: not null, BackupId: not null };

    /// <param name="together">All backups of the database in the storage.</param>
    public static PruneChoice Of(IReadOnlyCollection<MySqlBackup> together, IReadOnlyCollection<MySqlRestore> restores, DateTimeOffset now)
    {
        var held = new Dictionary<string, string>(StringComparer.Ordinal);
        var needed = new Dictionary<string, MySqlBackup>(StringComparer.Ordinal);
        var ready = together.Where(b => IsWanted(b) && !(b.Status.Pruning?.NextAttemptTime > now)).ToDictionary(b => b.Metadata.Uid!, StringComparer.Ordinal);
        foreach (var backup in ready.Values.ToList())
        {
            if (GoodBackups.ReadBy(backup, restores) is { } reader)
            {
                held[backup.Metadata.Uid!] = reader;
                ready.Remove(backup.Metadata.Uid!);
            }
        }

        var byId = together.Where(b => b.Status is { Phase: BackupPhase.Completed, BackupId: not null }).DistinctBy(b => b.Status.BackupId).ToDictionary(b => b.Status.BackupId!, StringComparer.Ordinal);
        foreach (var heir in byId.Values.Where(b => !ready.ContainsKey(b.Metadata.Uid!)).ToList())
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            for (var parent = heir.Status.Parent; parent is not null && seen.Add(parent) && byId.TryGetValue(parent, out var ancestor); parent = ancestor.Status.Parent)
            {
                if (ready.Remove(ancestor.Metadata.Uid!))
                {
                    needed[ancestor.Metadata.Uid!] = heir;
                }
            }
        }

        return new PruneChoice([.. ready.Values.OrderBy(b => b.Metadata.Name, StringComparer.Ordinal)], needed, held);
    }
}
