namespace BackupOperator.LocalCluster.ApiServer.Schema;

/// <summary>What makes items of a set or of a map list the same.</summary>
internal static class ListKeys
{
    /// <summary>The key fields of an item of a map list, with their defaults.</summary>
    public static JsonObject KeyOf(JsonNode? item, ObjectSchema schema)
    {
        var key = new JsonObject();
        foreach (var name in schema.ListMapKeys)
        {
            var value = item.At(name) ?? schema.Items?.Properties.GetValueOrDefault(name)?.Default;
            if (value is not null)
            {
                key[name] = JsonNodes.Copy(value);
            }
        }

        return key;
    }

    public static IEnumerable<(int Index, JsonNode Key)> Duplicates(JsonArray list, ObjectSchema schema)
    {
        if (!schema.IsMapList && schema.ListType != "set" && !schema.Limits.UniqueItems)
        {
            yield break;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < list.Count; index++)
        {
            var key = schema.IsMapList ? KeyOf(list[index], schema) : list[index];
            if (key is not null && !seen.Add(key.ToJsonString()))
            {
                yield return (index, key);
            }
        }
    }

    /// <summary>The item of an older list that is the same one; null for lists whose items have no identity.</summary>
    public static JsonNode? Counterpart(JsonNode? item, JsonArray? old, ObjectSchema schema)
    {
        if (old is null || !schema.IsMapList)
        {
            return null;
        }

        var key = KeyOf(item, schema);
        return old.FirstOrDefault(candidate => JsonNodes.Same(KeyOf(candidate, schema), key));
    }
}
