using BackupOperator.Core.Conditions;
using BackupOperator.Runs;
using BackupOperator.Statuses;

namespace BackupOperator.Notifications;

/// <summary>What the end of a run means to people. Pure.</summary>
internal static class RunNotifications
{
    /// <param name="before">The run as it was read.</param>
    /// <param name="after">The run as it was written.</param>
    /// <param name="others">All backups that are known.</param>
    public static IEnumerable<Notification> Of(IRunEntity before, IRunEntity after, IEnumerable<MySqlBackup> others, DateTimeOffset now)
    {
        if (RunLookup.StageOf(before).IsOver() || !RunLookup.StageOf(after).IsOver())
        {
            yield break;
        }

        var failure = after.RunStatus.Failure;
        if (failure?.Reason == FailureReason.CorruptArchive)
        {
            yield return Tell(NotificationKind.VerificationFailed, failure.Reason, failure.Message ?? "");
        }
        else if (RunLookup.StageOf(after) == RunStage.Failed)
        {
            yield return Tell(
                after is MySqlBackup ? NotificationKind.BackupFailed : NotificationKind.RestoreFailed, failure?.Reason ?? "Unknown", failure?.Message ?? "");
        }

        if (ConditionMapper.Read(after.RunStatus.Conditions).Find(ConditionType.DatabaseRestored)?.Status == ConditionStatus.False)
        {
            yield return Tell(NotificationKind.DatabaseLeftStopped, FailureReason.DatabaseNotRestored, "MySQL has not come back after the run.") with
            {
                Runbook = failure?.Runbook,
            };
        }

        if (after is MySqlBackup backup && RunLookup.StageOf(after) == RunStage.Completed && LastBefore(backup, others) is { } last
            && RunLookup.StageOf(last) == RunStage.Failed)
        {
            yield return Tell(NotificationKind.BackupRecovered, "Completed", $"The backup is complete; the one before it, {last.Metadata.Name}, had failed.");
        }

        Notification Tell(NotificationKind kind, string reason, string message) => new(
            kind, after.Metadata.Namespace!, after.RunSpec.Target.StatefulSet, $"{after.Kind} {after.Metadata.Name}", reason, message, now);
    }

    private static MySqlBackup? LastBefore(MySqlBackup backup, IEnumerable<MySqlBackup> others) => others
        .Where(o => o.Metadata.Uid != backup.Metadata.Uid && o.Metadata.Namespace == backup.Metadata.Namespace
            && o.Spec.Target.StatefulSet == backup.Spec.Target.StatefulSet
            && RunLookup.StageOf(o) is RunStage.Completed or RunStage.Failed)
        .MaxBy(o => o.Status.CompletionTime);
}
