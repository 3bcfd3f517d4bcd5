namespace BackupOperator.Notifications;

/// <summary>What people are told of, beyond events and metrics.</summary>
internal enum NotificationKind
{
    BackupFailed,
    RestoreFailed,

    /// <summary>A backup turned out to be damaged, by its own verification or by a restore.</summary>
    VerificationFailed,

    /// <summary>Ticks of a schedule that nobody ran.</summary>
    BackupMissed,

    /// <summary>MySQL is stopped by a run that is over, gone or late, and does not come back.</summary>
    DatabaseLeftStopped,

    /// <summary>The first good backup after a failed one.</summary>
    BackupRecovered,

    /// <summary>MySQL answers again.</summary>
    DatabaseRestored,
}
