namespace BackupOperator.TestSupport.Faults;

/// <summary>What a <see cref="NetworkGate"/> does with connections.</summary>
public enum GateState
{
    /// <summary>Every byte passes.</summary>
    Open,

    /// <summary>As when the server was killed: connections are reset, and new ones refused.</summary>
    Refusing,

    /// <summary>As when the server was stopped (SIGSTOP): it can be connected to, and nothing passes; all of it does later.</summary>
    Frozen,

    /// <summary>
    /// As when packets are dropped: no connection comes about, nothing passes, nobody is told. Connections from before
    /// are dead, and reset when the gate opens.
    /// </summary>
    Unreachable,
}
