using BackupOperator.Core.Conditions;
using BackupOperator.Core.Copies;
using BackupOperator.Kubernetes.Events;
using BackupOperator.Runs;
using BackupOperator.Statuses;

namespace BackupOperator.Backups;

/// <summary>What events tell of a backup beside its phases. Pure.</summary>
internal static class BackupNews
{
    public static IEnumerable<RunNews> Of(MySqlBackup before, MySqlBackup after)
    {
        if (before.Status.FullBecause is null && after.Status.FullBecause is { } why)
        {
            yield return new RunNews("TookFull", $"A full backup was taken, although {after.Spec.Type} was asked for: {why}");
        }

        var known = CopyStatuses.Read(before);
        foreach (var (copy, index) in CopyStatuses.Read(after).Select((copy, index) => (copy, index)))
        {
            var attempts = known.ElementAtOrDefault(index)?.Attempts ?? 0;
            if (!copy.Complete && copy.Attempts > attempts)
            {
                yield return new RunNews(CopyReason.CopyFailed, $"copies[{index}] ({copy.Location}) is not complete after attempt {copy.Attempts}: {copy.Problem}", EventType.Warning);
            }
        }

        var (was, now) = (ConditionOf(before), ConditionOf(after));
        if (was is { Status: ConditionStatus.False } && now is { Status: ConditionStatus.True })
        {
            yield return new RunNews(ConditionType.CopiesComplete, "All copies are complete");
        }

        if (was?.Reason != CopyReason.GivenUp && now?.Reason == CopyReason.GivenUp)
        {
            yield return new RunNews("CopiesGivenUp", now.Message, EventType.Warning);
        }
    }

    private static Condition? ConditionOf(MySqlBackup backup) => ConditionMapper.Read(backup.Status.Conditions).Find(ConditionType.CopiesComplete);
}
