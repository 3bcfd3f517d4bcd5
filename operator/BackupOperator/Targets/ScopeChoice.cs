namespace BackupOperator.Targets;

/// <summary>Which pods a cold backup stops.</summary>
/// <param name="Scope">AllReplicas or LastReplica.</param>
/// <param name="Because">Why, where the resource left it open.</param>
internal sealed record ScopeChoice(ColdScope Scope, string? Because = null);
