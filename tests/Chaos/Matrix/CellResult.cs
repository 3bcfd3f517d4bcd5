namespace BackupOperator.Chaos.Matrix;

/// <summary>What became of a cell.</summary>
/// <param name="Outcome">The terminal phase; null where there was none.</param>
/// <param name="Reason">Of a failure that the run told.</param>
/// <param name="Back">From the sidecar's death, or the operator's return, to MySQL's answer; null where MySQL was not down.</param>
/// <param name="Problems">What should not be; empty where the cell has passed.</param>
internal sealed record CellResult(Cell Cell, string? Outcome, string? Reason, TimeSpan? Back, TimeSpan Took, IReadOnlyList<string> Problems)
{
    public bool Passed => Problems.Count == 0;
}
