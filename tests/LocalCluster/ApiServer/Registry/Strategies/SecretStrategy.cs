namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>Folds <c>stringData</c> into <c>data</c>, defaults the type, and keeps both fixed as the API server does.</summary>
internal sealed class SecretStrategy : ImmutableDataStrategy
{
    public override void PrepareForCreate(JsonObject body, StrategyContext context)
    {
        Fold(body);
        body["type"] ??= "Opaque";
    }

    public override void PrepareForUpdate(JsonObject body, JsonObject old, StrategyContext context)
    {
        Fold(body);
        body["type"] ??= old["type"]?.DeepClone();
    }

    public override IEnumerable<FieldError> Validate(JsonObject body)
    {
        foreach (var (name, value) in body["data"] as JsonObject ?? [])
        {
            if (value is not null && !Convert.TryFromBase64String(value.Text() ?? "", new byte[(value.Text() ?? "").Length], out _))
            {
                yield return FieldError.Invalid($"data[{name}]", value, "illegal base64 data");
            }
        }
    }

    public override IEnumerable<FieldError> ValidateUpdate(JsonObject body, JsonObject old) =>
        JsonNodes.Same(body["type"], old["type"])
            ? base.ValidateUpdate(body, old)
            : [FieldError.Invalid("type", body["type"], "field is immutable"), .. base.ValidateUpdate(body, old)];

    private static void Fold(JsonObject body)
    {
        if (body["stringData"] is JsonObject texts)
        {
            var data = body.Child("data");
            foreach (var (name, value) in texts)
            {
                data[name] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value.Text() ?? ""));
            }
        }

        body.Remove("stringData");
    }
}
