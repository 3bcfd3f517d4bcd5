namespace BackupOperator.Notifications;

/// <summary>Takes notifications; never waits, never fails.</summary>
internal interface INotifier
{
    void Notify(Notification notification);
}
