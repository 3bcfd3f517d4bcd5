namespace BackupOperator.LocalCluster.ApiServer.Schema;

/// <summary>Fills in the defaults of a schema, in place.</summary>
internal static class Defaulter
{
    public static void Apply(JsonNode? value, ObjectSchema schema)
    {
        switch (value)
        {
            case JsonObject map:
                foreach (var (name, field) in schema.Properties)
                {
                    if (field.Default is not null && (!map.TryGetPropertyValue(name, out var present) || (present is null && !field.Nullable)))
                    {
                        map[name] = JsonNodes.Copy(field.Default);
                    }
                }

                foreach (var (name, child) in map)
                {
                    if (schema.Field(name) is { } field)
                    {
                        Apply(child, field);
                    }
                }

                break;
            case JsonArray list when schema.Items is { } items:
                foreach (var item in list)
                {
                    Apply(item, items);
                }

                break;
        }
    }
}
