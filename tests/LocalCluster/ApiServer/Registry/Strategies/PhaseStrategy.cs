namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>A kind whose objects start in one phase.</summary>
internal class PhaseStrategy(string phase) : ResourceStrategy
{
    public override void PrepareForCreate(JsonObject body, StrategyContext context) =>
        body["status"] = new JsonObject { ["phase"] = phase };
}
