namespace BackupOperator.Notifications;

/// <summary>
/// Notifies of runs as they end: in the one status write that moves them into their last phase. What is in flight when the
/// operator is killed is lost; alerts on metrics are not.
/// </summary>
/// <param name="backups">What is known of all backups.</param>
internal sealed class RunNotifier(INotifier notifier, Func<IEnumerable<MySqlBackup>> backups, TimeProvider time)
{
    public void Written(IRunEntity before, IRunEntity after)
    {
        foreach (var notification in RunNotifications.Of(before, after, backups(), time.GetUtcNow()))
        {
            notifier.Notify(notification);
        }
    }
}
