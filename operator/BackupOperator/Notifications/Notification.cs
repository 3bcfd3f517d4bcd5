namespace BackupOperator.Notifications;

/// <summary>One thing that somebody wants to know at once.</summary>
/// <param name="Target">The StatefulSet.</param>
/// <param name="Resource">Kind and name of the resource that it is about.</param>
/// <param name="Reason">One word for programs.</param>
/// <param name="Runbook">Commands for a person to run, where there is something to be done by hand.</param>
internal sealed record Notification(
    NotificationKind Kind, string Namespace, string Target, string Resource, string Reason, string Message, DateTimeOffset At, string? Runbook = null)
{
    /// <summary>Ends a problem that was told before.</summary>
    public bool IsRecovery => Kind is NotificationKind.BackupRecovered or NotificationKind.DatabaseRestored;

    /// <summary>The problems that this one ends.</summary>
    public IEnumerable<NotificationKind> Ends => Kind switch
    {
        NotificationKind.BackupRecovered => [NotificationKind.BackupFailed, NotificationKind.BackupMissed, NotificationKind.VerificationFailed],
        NotificationKind.DatabaseRestored => [NotificationKind.DatabaseLeftStopped],
        _ => [],
    };

    public string Severity => Kind switch
    {
        NotificationKind.DatabaseLeftStopped => "critical",
        NotificationKind.VerificationFailed or NotificationKind.BackupFailed or NotificationKind.RestoreFailed => "error",
        NotificationKind.BackupMissed => "warning",
        _ => "info",
    };
}
