using BackupOperator.LocalCluster.ApiServer.Schema;

namespace BackupOperator.LocalCluster.ApiServer.Patching.Apply;

/// <summary>The keys of a <see cref="FieldSet"/>.</summary>
internal static class FieldKeys
{
    public static string Field(string name) => $"f:{name}";

    /// <summary>The key of an item of a list that is a map or a set.</summary>
    public static string Item(JsonNode? item, ObjectSchema schema)
    {
        if (!schema.IsMapList)
        {
            return $"v:{item?.ToJsonString(JsonText.Plain)}";
        }

        var key = new JsonObject();
        foreach (var (name, value) in ListKeys.KeyOf(item, schema).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            key[name] = JsonNodes.Copy(value);
        }

        return $"k:{key.ToJsonString(JsonText.Plain)}";
    }

    /// <summary>The part of a path that people read.</summary>
    public static string Show(string key) => key[0] switch
    {
        'f' => $".{key[2..]}",
        'v' => $"[={key[2..]}]",
        _ => $"[{string.Join(',', ((JsonObject)JsonNode.Parse(key[2..])!).Select(pair => $"{pair.Key}={pair.Value?.ToJsonString(JsonText.Plain)}"))}]",
    };

    /// <summary>Whether the items of a list have an identity.</summary>
    public static bool IsAssociative(ObjectSchema? schema) => schema is not null && (schema.IsMapList || schema.ListType == "set");

    public static bool IsAtomicMap(ObjectSchema? schema) => schema?.MapType == "atomic";
}
