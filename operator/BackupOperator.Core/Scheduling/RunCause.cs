namespace BackupOperator.Core.Scheduling;

/// <summary>Why a schedule creates a backup.</summary>
public enum RunCause
{
    Tick,

    /// <summary><c>spec.immediate</c>.</summary>
    Creation,

    /// <summary>The annotation that a person has set.</summary>
    Trigger,
}
