using BackupOperator.LocalCluster.ApiServer.Registry;
using BackupOperator.LocalCluster.ApiServer.Storage;

namespace BackupOperator.LocalCluster.ApiServer.Lifecycle;

/// <summary>What every verb works on.</summary>
internal sealed record ClusterState(ObjectStore Store, ResourceRegistry Registry, TimeProvider Time, Random Random)
{
    public StrategyContext For(ResourceDefinition definition) => new(Store, Time, definition);
}
