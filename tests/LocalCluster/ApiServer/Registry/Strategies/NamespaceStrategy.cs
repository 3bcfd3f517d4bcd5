namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>A namespace stays, Terminating, until its content is gone and <c>spec.finalizers</c> is empty.</summary>
internal sealed class NamespaceStrategy : ResourceStrategy
{
    public const string Finalizer = "kubernetes";

    public override void PrepareForCreate(JsonObject body, StrategyContext context)
    {
        body["spec"] = new JsonObject { ["finalizers"] = new JsonArray(Finalizer) };
        body["status"] = new JsonObject { ["phase"] = "Active" };
        body.Child("metadata").Child("labels")["kubernetes.io/metadata.name"] = body.Text("metadata", "name");
    }

    public override void PrepareForUpdate(JsonObject body, JsonObject old, StrategyContext context) =>
        body["spec"] = old["spec"]?.DeepClone();
}
