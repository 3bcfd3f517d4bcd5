using BackupOperator.Targets;

namespace BackupOperator.Runs;

/// <summary>Records a target as it was found. Pure.</summary>
internal static class TargetRecord
{
    public static RecordedTarget Of(ResolvedTarget target, World world) => new()
    {
        Replicas = target.Replicas,
        Ordinal = target.Ordinal,
        FirstOrdinal = target.FirstOrdinal == 0 ? null : target.FirstOrdinal,
        Pod = target.Pod,
        PodUid = world.PodUid,
        Claim = target.Claim,
        Node = world.Node,
        Container = target.Container.Name,
        StatefulSetUid = target.StatefulSet.Metadata.Uid,
    };
}
