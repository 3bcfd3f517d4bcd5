using BackupOperator.LocalCluster.ApiServer.Schema;

namespace BackupOperator.LocalCluster.ApiServer.Patching.Apply;

/// <summary>Lays a configuration over an object: maps and keyed lists are joined, everything else is replaced.</summary>
internal static class SchemaMerge
{
    public static JsonNode? Merge(JsonNode? current, JsonNode? applied, ObjectSchema? schema)
    {
        switch (current, applied)
        {
            case (JsonObject before, JsonObject after) when !FieldKeys.IsAtomicMap(schema):
                var result = JsonNodes.CopyObject(before);
                foreach (var (name, value) in after)
                {
                    result[name] = Merge(before[name], value, schema?.Field(name));
                }

                return result;
            case (JsonArray before, JsonArray after) when FieldKeys.IsAssociative(schema):
                return MergeList(before, after, schema!);
            default:
                return JsonNodes.Copy(applied);
        }
    }

    private static JsonArray MergeList(JsonArray before, JsonArray after, ObjectSchema schema)
    {
        var result = before.Select(JsonNodes.Copy).ToList();
        foreach (var item in after)
        {
            var key = FieldKeys.Item(item, schema);
            var at = result.FindIndex(known => FieldKeys.Item(known, schema) == key);
            if (at < 0)
            {
                result.Add(JsonNodes.Copy(item));
            }
            else
            {
                result[at] = Merge(result[at], item, schema.Items);
            }
        }

        return [.. result];
    }
}
