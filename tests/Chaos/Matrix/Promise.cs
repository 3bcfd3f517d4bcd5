namespace BackupOperator.Chaos.Matrix;

/// <summary>How soon MySQL answers when those who could start it have died while it was stopped.</summary>
internal static class Promise
{
    private static readonly TimeSpan AfterSidecar = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AfterOperator = TimeSpan.FromSeconds(30);

    // MySQL is stopped in these.
    private static readonly string[] Phases = ["Quiescing", "Archiving", "Swapping", "RollingBack"];

    /// <returns>From the death of the sidecar, or from the return of the operator; null where nothing is promised.</returns>
    public static TimeSpan? Of(Cell cell) => cell switch
    {
        { Kind: not FaultKind.Killed } => null,
        _ when !Phases.Contains(cell.Phase) => null,
        { Component: Component.Sidecar } => AfterSidecar,
        { Component: Component.OperatorAndSidecar } => AfterOperator,
        _ => null,
    };
}
