using BackupOperator.LocalCluster.ApiServer.Schema;

namespace BackupOperator.LocalCluster.ApiServer.Patching.Apply;

/// <summary>Which fields an object has, and in which fields two objects differ.</summary>
internal static class FieldSets
{
    /// <summary>What nobody owns.</summary>
    private static readonly string[][] Unowned =
    [
        ["f:apiVersion"], ["f:kind"],
        .. ((string[])["name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields", "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "generateName"]).Select(name => new[] { "f:metadata", $"f:{name}" }),
    ];

    /// <summary>The fields of an applied configuration.</summary>
    public static FieldSet OfApplied(JsonObject body, ObjectSchema? schema)
    {
        var set = new FieldSet();
        Collect(body, schema, set, withContainers: false);
        return Strip(set);
    }

    /// <summary>The fields that an update changed or added, and those that it removed.</summary>
    public static (FieldSet Changed, FieldSet Removed) Compare(JsonObject? old, JsonObject body, ObjectSchema? schema)
    {
        var changed = new FieldSet();
        var removed = new FieldSet();
        Compare(old ?? [], body, schema, changed, removed);
        return (Strip(changed), Strip(removed));
    }

    /// <summary>The fields that a write to a subresource can own: who writes the object owns no status, who writes the status owns no spec.</summary>
    public static FieldSet Writable(FieldSet set, string subresource, bool hasStatus) => subresource switch
    {
        "status" => set.Without("f:spec"),
        _ when hasStatus => set.Without("f:status"),
        _ => set,
    };

    private static FieldSet Strip(FieldSet set)
    {
        foreach (var path in Unowned)
        {
            set = set.Without(path);
        }

        if (set.Find("f:metadata") is { } metadata)
        {
            metadata.IsMember = false;
        }

        return set;
    }

    private static void Collect(JsonNode? value, ObjectSchema? schema, FieldSet set, bool withContainers)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } map when !FieldKeys.IsAtomicMap(schema):
                foreach (var (name, child) in map)
                {
                    var node = set.At(FieldKeys.Field(name));
                    Collect(child, schema?.Field(name), node, withContainers);
                    node.IsMember |= withContainers || !(schema?.Properties.ContainsKey(name) ?? false);
                }

                break;
            case JsonArray { Count: > 0 } list when FieldKeys.IsAssociative(schema):
                foreach (var item in list)
                {
                    var node = set.At(FieldKeys.Item(item, schema!));
                    Collect(item, schema!.Items, node, withContainers);
                    node.IsMember = true;
                }

                break;
            default:
                set.IsMember = true;
                break;
        }
    }

    private static void Compare(JsonNode? old, JsonNode? body, ObjectSchema? schema, FieldSet changed, FieldSet removed)
    {
        if (JsonNodes.Same(old, body))
        {
            return;
        }

        switch (old, body)
        {
            case (JsonObject before, JsonObject after) when !FieldKeys.IsAtomicMap(schema):
                foreach (var name in before.Select(pair => pair.Key).Union(after.Select(pair => pair.Key), StringComparer.Ordinal))
                {
                    CompareChild(before.ContainsKey(name), before[name], after.ContainsKey(name), after[name], schema?.Field(name), changed.At(FieldKeys.Field(name)), removed.At(FieldKeys.Field(name)));
                }

                break;
            case (JsonArray before, JsonArray after) when FieldKeys.IsAssociative(schema):
                var olds = ByKey(before, schema!);
                var news = ByKey(after, schema!);
                foreach (var key in olds.Keys.Union(news.Keys, StringComparer.Ordinal))
                {
                    CompareChild(olds.TryGetValue(key, out var was), was, news.TryGetValue(key, out var @is), @is, schema!.Items, changed.At(key), removed.At(key));
                }

                break;
            default:
                changed.IsMember = true;
                break;
        }
    }

    private static void CompareChild(bool wasThere, JsonNode? old, bool isThere, JsonNode? body, ObjectSchema? schema, FieldSet changed, FieldSet removed)
    {
        if (wasThere && isThere)
        {
            Compare(old, body, schema, changed, removed);
        }
        else if (isThere)
        {
            Collect(body, schema, changed, withContainers: true);
            changed.IsMember = true;
        }
        else
        {
            Collect(old, schema, removed, withContainers: true);
            removed.IsMember = true;
        }
    }

    private static Dictionary<string, JsonNode?> ByKey(JsonArray list, ObjectSchema schema)
    {
        var result = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var item in list)
        {
            result[FieldKeys.Item(item, schema)] = item;
        }

        return result;
    }
}
