using BackupOperator.LocalCluster.ApiServer.Schema;

namespace BackupOperator.LocalCluster.ApiServer.Patching;

/// <summary>Merge patches that join lists by key (Kubernetes's strategic merge patch, with its <c>$patch</c>, <c>$setElementOrder</c>, <c>$deleteFromPrimitiveList</c> and <c>$retainKeys</c>).</summary>
internal static class StrategicMergePatch
{
    private const string Directive = "$patch";
    private const string OrderPrefix = "$setElementOrder/";
    private const string DeletePrefix = "$deleteFromPrimitiveList/";
    private const string RetainKeys = "$retainKeys";

    public static JsonObject Apply(JsonObject target, JsonObject patch, ObjectSchema? schema)
    {
        if (patch.Text(Directive) == "replace")
        {
            return WithoutDirectives(patch);
        }

        if (patch.Text(Directive) == "delete")
        {
            return [];
        }

        var result = JsonNodes.CopyObject(target);
        if (patch[RetainKeys] is JsonArray)
        {
            var kept = patch.Texts(RetainKeys).ToHashSet(StringComparer.Ordinal);
            foreach (var name in result.Select(pair => pair.Key).Where(name => !kept.Contains(name)).ToList())
            {
                result.Remove(name);
            }
        }

        foreach (var (name, value) in patch.Where(pair => pair.Key[0] != '$'))
        {
            Change(result, name, value, patch, schema?.Field(name));
        }

        foreach (var name in patch.Select(pair => pair.Key).Where(key => key.StartsWith(DeletePrefix, StringComparison.Ordinal)).Select(key => key[DeletePrefix.Length..]))
        {
            if (result[name] is JsonArray present)
            {
                var removed = (JsonArray)patch[DeletePrefix + name]!;
                result[name] = new JsonArray([.. present.Where(item => !removed.Any(gone => JsonNodes.Same(gone, item))).Select(JsonNodes.Copy)]);
            }
        }

        foreach (var name in patch.Select(pair => pair.Key).Where(key => key.StartsWith(OrderPrefix, StringComparison.Ordinal)).Select(key => key[OrderPrefix.Length..]))
        {
            if (result[name] is JsonArray present && patch[OrderPrefix + name] is JsonArray order)
            {
                result[name] = Sort(present, order, schema?.Field(name)?.PatchMergeKey ?? "");
            }
        }

        return result;
    }

    private static void Change(JsonObject result, string name, JsonNode? value, JsonObject patch, ObjectSchema? schema)
    {
        switch (value)
        {
            case null:
                result.Remove(name);
                break;
            case JsonObject map when map.Text(Directive) == "delete":
                result.Remove(name);
                break;
            case JsonObject map:
                result[name] = Apply(result[name] as JsonObject ?? [], map, schema);
                break;
            case JsonArray list when schema?.PatchMergeKey is { Length: > 0 } key:
                result[name] = MergeList(result[name] as JsonArray ?? [], list, key, schema.Items);
                break;
            case JsonArray list when schema?.PatchMerges ?? false:
                var present = result[name] as JsonArray ?? [];
                result[name] = new JsonArray([.. present.Concat(list.Where(item => !present.Any(known => JsonNodes.Same(known, item)))).Select(JsonNodes.Copy)]);
                break;
            default:
                result[name] = JsonNodes.Copy(value);
                break;
        }
    }

    private static JsonArray MergeList(JsonArray target, JsonArray patch, string key, ObjectSchema? items)
    {
        if (patch.OfType<JsonObject>().Any(item => item.Text(Directive) == "replace" && item.Count == 1))
        {
            return [.. patch.OfType<JsonObject>().Where(item => item.Text(Directive) != "replace").Select(WithoutDirectives)];
        }

        var result = target.Select(JsonNodes.Copy).ToList();
        foreach (var change in patch.OfType<JsonObject>())
        {
            var at = result.FindIndex(item => JsonNodes.Same(item.At(key), change[key]));
            if (change[key] is null)
            {
                throw ApiErrors.BadRequest($"map: {change.ToJsonString(JsonText.Plain)} does not contain declared merge key: {key}");
            }

            switch (change.Text(Directive))
            {
                case "delete" when at >= 0:
                    result.RemoveAt(at);
                    break;
                case "delete":
                    break;
                default:
                    var merged = Apply(at < 0 ? [] : (JsonObject)result[at]!, change, items);
                    if (at < 0)
                    {
                        result.Add(merged);
                    }
                    else
                    {
                        result[at] = merged;
                    }

                    break;
            }
        }

        return [.. result];
    }

    /// <summary>Puts the items that the patch orders into its order; others stay behind the item that was before them.</summary>
    private static JsonArray Sort(JsonArray list, JsonArray order, string key)
    {
        JsonNode? Identity(JsonNode? item) => key.Length > 0 ? item.At(key) : item;
        int Rank(JsonNode? item) => order.ToList().FindIndex(wanted => JsonNodes.Same(Identity(wanted), Identity(item)));
        var sorted = list.Where(item => Rank(item) >= 0).OrderBy(Rank).Select(JsonNodes.Copy).ToList();
        for (var index = 0; index < list.Count; index++)
        {
            if (Rank(list[index]) < 0)
            {
                var before = index == 0 ? -1 : sorted.FindIndex(item => JsonNodes.Same(Identity(item), Identity(list[index - 1])));
                sorted.Insert(before + 1, JsonNodes.Copy(list[index]));
            }
        }

        return [.. sorted];
    }

    private static JsonObject WithoutDirectives(JsonObject patch)
    {
        var copy = JsonNodes.CopyObject(patch);
        foreach (var name in copy.Select(pair => pair.Key).Where(name => name[0] == '$').ToList())
        {
            copy.Remove(name);
        }

        return copy;
    }
}
