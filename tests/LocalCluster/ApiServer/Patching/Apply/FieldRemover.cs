using BackupOperator.LocalCluster.ApiServer.Schema;

namespace BackupOperator.LocalCluster.ApiServer.Patching.Apply;

/// <summary>Takes fields out of an object, but for those that are still owned and what holds them.</summary>
internal static class FieldRemover
{
    public static void Remove(JsonNode? value, FieldSet gone, FieldSet kept, ObjectSchema? schema)
    {
        switch (value)
        {
            case JsonObject map:
                foreach (var (key, child) in gone.Children.Where(pair => pair.Key.StartsWith("f:", StringComparison.Ordinal)))
                {
                    var name = key[2..];
                    var below = kept.Find(key) ?? new FieldSet();
                    if (child.IsMember && below.IsEmpty)
                    {
                        map.Remove(name);
                    }
                    else
                    {
                        Remove(map[name], child, below, schema?.Field(name));
                        if (map[name] is JsonObject { Count: 0 } or JsonArray { Count: 0 } && below.IsEmpty)
                        {
                            map.Remove(name);
                        }
                    }
                }

                break;
            case JsonArray list when FieldKeys.IsAssociative(schema):
                for (var index = list.Count - 1; index >= 0; index--)
                {
                    var key = FieldKeys.Item(list[index], schema!);
                    if (gone.Find(key) is not { } child)
                    {
                        continue;
                    }

                    var below = kept.Find(key) ?? new FieldSet();
                    if (child.IsMember && below.IsEmpty)
                    {
                        list.RemoveAt(index);
                    }
                    else
                    {
                        Remove(list[index], child, below, schema!.Items);
                    }
                }

                break;
        }
    }
}
