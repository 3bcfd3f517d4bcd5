namespace BackupOperator.Targets;

/// <summary>A target as its StatefulSet describes it.</summary>
/// <param name="SubPath">The folder of the claim that the server has mounted; null for its root.</param>
/// <param name="DataSubdirectory">The data directory below that mount; empty for the mount itself.</param>
internal sealed record ResolvedTarget(
    V1StatefulSet StatefulSet,
    V1Container Container,
    int Ordinal,
    string Pod,
    string Claim,
    string? SubPath,
    string DataSubdirectory)
{
    /// <summary>Null where all pods stop, as for a restore.</summary>
    public ScopeChoice? Scope { get; init; }

    /// <summary>One pod alone can mount the claim.</summary>
    public bool ExclusiveClaim { get; init; }

    /// <summary>Pods of several nodes can mount the claim.</summary>
    public bool SharedClaim { get; init; }

    /// <summary>The replicas that stay while the run has the database stopped.</summary>
    public int QuiescedReplicas => Scope?.Scope == ColdScope.LastReplica ? Replicas - 1 : 0;

    public int Replicas => StatefulSet.Spec?.Replicas ?? 1;

    public int FirstOrdinal => StatefulSet.Spec?.Ordinals?.Start ?? 0;
}
