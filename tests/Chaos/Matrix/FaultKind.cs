namespace BackupOperator.Chaos.Matrix;

/// <summary>What happens to a component.</summary>
internal enum FaultKind
{
    /// <summary>SIGKILL; it is started again, as whatever looks after it does.</summary>
    Killed,

    /// <summary>SIGSTOP, and SIGCONT later.</summary>
    Hung,

    /// <summary>It runs, and no packet passes to or from it for a while.</summary>
    Unreachable,
}
