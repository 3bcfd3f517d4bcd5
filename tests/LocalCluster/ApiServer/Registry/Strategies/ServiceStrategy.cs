namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>Gives a service a cluster IP; nothing routes it.</summary>
internal sealed class ServiceStrategy : ResourceStrategy
{
    private int allocated;

    public override void PrepareForCreate(JsonObject body, StrategyContext context)
    {
        body["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };
        var spec = body.Child("spec");
        if (spec.Text("type") == "ExternalName")
        {
            return;
        }

        var address = spec.Text("clusterIP");
        if (string.IsNullOrEmpty(address))
        {
            var number = Interlocked.Increment(ref allocated);
            address = $"10.96.{number / 250}.{(number % 250) + 1}";
            spec["clusterIP"] = address;
        }

        spec["clusterIPs"] ??= new JsonArray(address);
    }

    public override void PrepareForUpdate(JsonObject body, JsonObject old, StrategyContext context)
    {
        foreach (var name in (string[])["clusterIP", "clusterIPs"])
        {
            if (body.At("spec", name) is null && old.At("spec", name) is { } kept && body["spec"] is JsonObject spec)
            {
                spec[name] = kept.DeepClone();
            }
        }
    }
}
