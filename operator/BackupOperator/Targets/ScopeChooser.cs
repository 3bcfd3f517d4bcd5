namespace BackupOperator.Targets;

/// <summary>
/// Decides which pods a cold backup stops, as far as that shows without SQL; the sidecar asks the servers before it stops
/// one. Pure.
/// </summary>
internal static class ScopeChooser
{
    /// <param name="last">The pod with the highest ordinal; null where there is none.</param>
    public static Resolution<ScopeChoice> Choose(MySqlBackupSpec spec, V1StatefulSet set, V1Pod? last)
    {
        if (spec.Cold.Scope == ColdScope.AllReplicas)
        {
            return new ScopeChoice(ColdScope.AllReplicas);
        }

        var obstacle = Obstacle(spec, set, last);
        return (spec.Cold.Scope, obstacle) switch
        {
            (ColdScope.Auto, null) => new ScopeChoice(ColdScope.LastReplica, $"pod {NameOfLast(set)} is ready, and the others serve while it is stopped"),
            (ColdScope.Auto, _) => new ScopeChoice(ColdScope.AllReplicas, obstacle),
            (_, null) => new ScopeChoice(ColdScope.LastReplica),
            _ => new SpecFinding(
                FailureReason.ReplicaUnfit, $"spec.cold.scope LastReplica is not possible: {obstacle}; mend that, or take AllReplicas or Auto", Final: false),
        };
    }

    /// <summary>Decides again where the claim of the last replica can be mounted by one pod alone: nobody could ask the servers before one is stopped.</summary>
    public static Resolution<ResolvedTarget> Settle(MySqlBackupSpec spec, ResolvedTarget target, V1StatefulSet? set)
    {
        if (!target.ExclusiveClaim || target.Scope?.Scope != ColdScope.LastReplica)
        {
            return target;
        }

        var obstacle = $"claim {target.Claim} is ReadWriteOncePod, so no Job can look at the servers before MySQL is stopped";
        if (spec.Cold.Scope == ColdScope.LastReplica)
        {
            return new SpecFinding(
                FailureReason.InvalidSpec, $"spec.cold.scope LastReplica is not possible: {obstacle}; take AllReplicas, or give the claims ReadWriteOnce", Final: true);
        }

        // The claims of one template have the same access modes.
        var (all, finding) = TargetResolver.Resolve(spec.Target, set, target.StatefulSet.Metadata.Namespace ?? "");
        return all is null ? finding! : all with { ExclusiveClaim = true, Scope = new ScopeChoice(ColdScope.AllReplicas, obstacle) };
    }

    public static int LastOrdinal(V1StatefulSet set) => (set.Spec?.Ordinals?.Start ?? 0) + (set.Spec?.Replicas ?? 1) - 1;

    public static string NameOfLast(V1StatefulSet set) => $"{set.Metadata.Name}-{LastOrdinal(set)}";

    private static string? Obstacle(MySqlBackupSpec spec, V1StatefulSet set, V1Pod? last)
    {
        var name = set.Metadata.Name;
        var replicas = set.Spec?.Replicas ?? 1;
        if (replicas < 2)
        {
            return $"StatefulSet {name} has {replicas} {(replicas == 1 ? "replica, which" : "replicas, so nothing")} serves";
        }

        if (spec.Target.Ordinal is { } wanted && wanted != LastOrdinal(set))
        {
            return $"spec.target.ordinal is {wanted}, and the last pod of StatefulSet {name} is {NameOfLast(set)}";
        }

        if (spec.Target.Connection?.SecretRef is null)
        {
            return "there is no spec.target.connection.secretRef, without which nobody can ask how the pods replicate";
        }

        if (SharesClaim(spec.Target, set))
        {
            return $"the pods of StatefulSet {name} share a claim";
        }

        return last?.Status?.Conditions?.Exists(c => c is { Type: "Ready", Status: "True" }) == true && last.Metadata.DeletionTimestamp is null
            ? null
            : $"pod {NameOfLast(set)} is not ready";
    }

    private static bool SharesClaim(DatabaseTarget target, V1StatefulSet set)
    {
        var at = LastOrdinal(set);
        var last = TargetResolver.Resolve(target, set, "", at).Value?.Claim;
        return last is not null && last == TargetResolver.Resolve(target, set, "", at - 1).Value?.Claim;
    }
}
