namespace BackupOperator.LocalCluster.ApiServer.Schema;

/// <summary>Removes fields that a schema does not know, and nulls that it does not allow.</summary>
internal static class Pruner
{
    /// <summary>Prunes an object in place.</summary>
    /// <param name="unknown">Gets the paths of what was removed.</param>
    public static void Prune(JsonObject root, ObjectSchema schema, List<string> unknown)
    {
        PruneObject(root, schema, "", isResource: true, unknown);
        if (root["metadata"] is JsonObject metadata)
        {
            PruneObject(metadata, BuiltInSchemas.Metadata, "metadata", isResource: false, unknown);
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
