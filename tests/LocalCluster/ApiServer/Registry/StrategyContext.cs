using BackupOperator.LocalCluster.ApiServer.Storage;

namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>What a strategy may look at.</summary>
internal sealed record StrategyContext(ObjectStore Store, TimeProvider Time, ResourceDefinition Definition)
{
    /// <summary>The time as objects carry it (<c>meta/v1 Time</c>: whole seconds).</summary>
    public string Timestamp => Timestamps.Format(Time.GetUtcNow());
}
