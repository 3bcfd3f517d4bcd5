using BackupOperator.Jobs;
using BackupOperator.Targets;

namespace BackupOperator.Runs;

/// <summary>Records a target as it was found. Pure.</summary>
internal static class TargetRecord
{
    public static RecordedTarget Of(ResolvedTarget target, World world, JobOptions? options) => new()
    {
        Replicas = target.Replicas,
        Ordinal = target.Ordinal,
        FirstOrdinal = target.FirstOrdinal == 0 ? null : target.FirstOrdinal,
        Pod = target.Pod,
        PodUid = world.Pod?.Metadata.Uid,
        Claim = target.Claim,
        Node = world.Node,
        Container = target.Container.Name,
        StatefulSetUid = target.StatefulSet.Metadata.Uid,
        Scope = target.Scope?.Scope.ToString(),
        ScopeBecause = target.Scope?.Because,
        QuiescedReplicas = target.QuiescedReplicas == 0 ? null : target.QuiescedReplicas,
        ExclusiveClaim = target.ExclusiveClaim ? true : null,
        SharedClaim = target.SharedClaim ? true : null,
        User = SidecarUser.Choose(target, world.Pod, options),
    };
}
