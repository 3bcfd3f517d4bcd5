using BackupOperator.Targets;

namespace BackupOperator.Runs;

/// <summary>What a run is going to do, found before it starts and recorded when it does.</summary>
/// <param name="Source">The backup that a restore reads; null for a backup.</param>
internal sealed record RunPlan(ResolvedTarget Target, string Path, ResolvedSource? Source = null);
