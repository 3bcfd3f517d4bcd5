namespace BackupOperator.LocalCluster.ApiServer.Schema;

/// <summary>Removes fields that a schema does not know, and nulls that it does not allow.</summary>
internal static class Pruner
{
    /// <summary>Prunes an object in place, but for its metadata.</summary>
    /// <param name="unknown">Gets the paths of what was removed.</param>
    public static void Prune(JsonObject root, ObjectSchema schema, List<string> unknown) =>
        PruneObject(root, schema, "", isResource: true, unknown);

    public static void PruneMetadata(JsonObject metadata, List<string> unknown)
    {
        PruneObject(metadata, BuiltInSchemas.Metadata, "metadata", isResource: false, unknown);
        DropEmpty(metadata, BuiltInSchemas.Metadata);
    }

    /// <summary>Removes lists and maps without content, as typed kinds lose them.</summary>
    public static void DropEmpty(JsonNode? value, ObjectSchema schema)
    {
        switch (value)
        {
            case JsonObject map:
                foreach (var (name, child) in map.ToList())
                {
                    if (schema.Field(name) is not { Type.Length: > 0 } field)
                    {
                        continue;
                    }

                    DropEmpty(child, field);
                    if (child is JsonArray { Count: 0 } || (child is JsonObject { Count: 0 } && field is { Properties.Count: 0, AdditionalProperties: not null }))
                    {
                        map.Remove(name);
                    }
                }

                break;
            case JsonArray list when schema.Items is { } items:
                foreach (var item in list)
                {
                    DropEmpty(item, items);
                }

                break;
        }
    }

    private static void PruneValue(JsonNode? value, ObjectSchema schema, string path, List<string> unknown)
    {
        switch (value)
        {
            case JsonObject map:
                PruneObject(map, schema, path, schema.EmbeddedResource, unknown);
                break;
            case JsonArray list when schema.Items is { } items:
                for (var index = 0; index < list.Count; index++)
                {
                    PruneValue(list[index], items, $"{path}[{index}]", unknown);
                }

                break;
        }
    }

    private static void PruneObject(JsonObject map, ObjectSchema schema, string path, bool isResource, List<string> unknown)
    {
        if (schema.IntOrString)
        {
            return;
        }

        foreach (var name in map.Select(pair => pair.Key).ToList())
        {
            if (isResource && name is "apiVersion" or "kind" or "metadata")
            {
                continue;
            }

            var child = path.Length == 0 ? name : $"{path}.{name}";
            var field = schema.Field(name);
            if (field is null && !schema.PreserveUnknown)
            {
                map.Remove(name);
                unknown.Add(child);
            }
            else if (field is not null)
            {
                if (map[name] is null && !field.Nullable && !field.PreserveUnknown && field.Type.Length > 0 && schema.Properties.ContainsKey(name))
                {
                    map.Remove(name);
                    continue;
                }

                PruneValue(map[name], field, child, unknown);
            }
        }
    }
}
