using System.Diagnostics.CodeAnalysis;

namespace BackupOperator.LocalCluster.ApiServer.Json;

/// <summary>Reading, copying and comparing JSON trees whose scalars are string, long, double or bool.</summary>
internal static class JsonNodes
{
    /// <summary>
    /// Copies a tree so that nothing in it is lazily parsed: a stored tree is read by many threads at once,
    /// and a <see cref="JsonObject"/> over a <see cref="JsonElement"/> fills itself at the first read.
    /// </summary>
    [return: NotNullIfNotNull(nameof(node))]
    public static JsonNode? Copy(JsonNode? node)
    {
        switch (node)
        {
            case null:
                return null;
            case JsonObject source:
                var copy = new JsonObject();
                foreach (var (name, value) in source)
                {
                    copy[name] = Copy(value);
                }

                return copy;
            case JsonArray source:
                var items = new JsonArray();
                foreach (var item in source)
                {
                    items.Add(Copy(item));
                }

                return items;
            default:
                return Scalar(node.AsValue());
        }
    }

    public static JsonObject CopyObject(JsonObject source) => (JsonObject)Copy(source);

    /// <summary>Copies a tree with the keys of every object in order, as the API server's maps are.</summary>
    public static JsonObject CopySorted(JsonObject source)
    {
        var copy = new JsonObject();
        foreach (var (name, value) in source.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            copy[name] = Sorted(value);
        }

        return copy;
    }

    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (node is not JsonObject parent || !parent.TryGetPropertyValue(name, out node))
            {
                return null;
            }
        }

        return node;
    }

    public static string? Text(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static long? Number(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && TryInteger(value, out var number) ? number : null;

    public static bool Flag(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    public static IEnumerable<JsonObject> Objects(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonArray array ? array.OfType<JsonObject>() : [];

    public static IEnumerable<string> Texts(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonArray array ? array.Select(item => item.Text()).OfType<string>() : [];

    /// <summary>The object under a name, made where there is none.</summary>
    public static JsonObject Child(this JsonObject parent, string name)
    {
        if (parent[name] is JsonObject child)
        {
            return child;
        }

        child = [];
        parent[name] = child;
        return child;
    }

    public static bool Same(JsonNode? left, JsonNode? right) => JsonNode.DeepEquals(left, right);

    public static bool TryInteger(JsonValue value, out long number)
    {
        if (value.TryGetValue(out number))
        {
            return true;
        }

        if (value.TryGetValue<int>(out var small))
        {
            number = small;
            return true;
        }

        return false;
    }

    private static JsonNode? Sorted(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                return CopySorted(map);
            case JsonArray list:
                var items = new JsonArray();
                foreach (var item in list)
                {
                    items.Add(Sorted(item));
                }

                return items;
            default:
                return Copy(node);
        }
    }

    private static JsonValue Scalar(JsonValue value) => value.GetValueKind() switch
    {
        JsonValueKind.String => JsonValue.Create(value.GetValue<string>()),
        JsonValueKind.True => JsonValue.Create(true),
        JsonValueKind.False => JsonValue.Create(false),
        _ => TryInteger(value, out var number) ? JsonValue.Create(number) : JsonValue.Create(Floating(value)),
    };

    private static double Floating(JsonValue value) =>
        value.TryGetValue<double>(out var number) ? number : double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);
}
