using BackupOperator.Core.Conditions;
using BackupOperator.Core.Copies;
using BackupOperator.Core.Queueing;
using BackupOperator.Runs;
using BackupOperator.Statuses;

namespace BackupOperator.Backups;

/// <summary>
/// Gives turns to copies that are due. The order follows from the resources; what is kept here only covers the moment until
/// the watch shows that a turn was taken.
/// </summary>
/// <param name="backups">What is known of all backups.</param>
internal sealed class CopyTurns(Func<IEnumerable<MySqlBackup>> backups, int mostAtOnce)
{
    private readonly Lock gate = new();

    // By uid, the attempt that was allowed last.
    private readonly Dictionary<string, int> allowed = new(StringComparer.Ordinal);

    public Admission Ask(MySqlBackup backup, DateTimeOffset now)
    {
        lock (gate)
        {
            var uid = backup.Metadata.Uid!;
            var open = backups().Where(b => b.Metadata.Uid != uid && CopyStatuses.AreOpen(b) && !b.Status.IsBeingPruned).Append(backup).ToList();
            foreach (var gone in allowed.Keys.Except(open.Select(b => b.Metadata.Uid!), StringComparer.Ordinal).ToList())
            {
                allowed.Remove(gone);
            }

            var turn = CopyQueue.Decide(uid, [.. open.Select(Read).Where(c => c.Active || c.Since <= now)], mostAtOnce);
            if (turn.Admitted)
            {
                allowed[uid] = CopyStatuses.NextAttempt(backup);
            }

            return turn;
        }
    }

    private QueuedCopy Read(MySqlBackup backup)
    {
        var conditions = ConditionMapper.Read(backup.Status.Conditions);
        var refused = Stalls.RefusalOf(conditions) is not null;
        var active = conditions.Find(ConditionType.CopiesComplete)?.Reason == CopyReason.Copying
            || (allowed.TryGetValue(backup.Metadata.Uid!, out var attempt) && attempt == CopyStatuses.NextAttempt(backup));
        return new QueuedCopy(
            backup.Metadata.Uid!,
            backup.Metadata.Name!,
            [.. CopyStatuses.Incomplete(backup).Select(c => $"{backup.Metadata.Namespace}/{backup.Spec.Target.StatefulSet}|{StorageMapper.Identity(c.Storage)}")],
            CopyStatuses.Due(backup) ?? DateTimeOffset.MinValue,
            active && !refused,
            refused);
    }
}
