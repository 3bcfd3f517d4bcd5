namespace BackupOperator.Sidecar.Targets;

/// <summary>How an attempt finds its target.</summary>
/// <param name="IsMarked">An earlier attempt of this run has left its mark, or another run that is over: MySQL ran before it was stopped.</param>
/// <param name="IsStopped">And the database is still scaled down by it.</param>
/// <param name="IsSwapping">And data directories were being moved.</param>
public sealed record FoundTarget(bool IsMarked, bool IsStopped, bool IsSwapping);
