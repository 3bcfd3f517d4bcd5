namespace BackupOperator.LocalCluster.ApiServer.Patching;

/// <summary>RFC 6901: where in a document a patch acts.</summary>
internal sealed class JsonPointer
{
    private readonly string text;
    private readonly string[] parts;

    private JsonPointer(string text, string[] parts) => (this.text, this.parts) = (text, parts);

    public static JsonPointer Parse(string text)
    {
        if (text.Length == 0)
        {
            return new JsonPointer(text, []);
        }

        return text[0] == '/'
            ? new JsonPointer(text, [.. text[1..].Split('/').Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))])
            : throw JsonPatch.Refuse($"path {text} must start with /");
    }

    public JsonNode? Read(JsonNode? document)
    {
        foreach (var part in parts)
        {
            document = document switch
            {
                JsonObject parent when parent.TryGetPropertyValue(part, out var child) => child,
                JsonArray list => list[Index(list, part, list.Count - 1)],
                _ => throw Missing(),
            };
        }

        return document;
    }

    public JsonNode? Add(JsonNode? document, JsonNode? value)
    {
        if (parts.Length == 0)
        {
            return value;
        }

        switch (Parent(document))
        {
            case JsonObject parent:
                parent[parts[^1]] = value;
                break;
            case JsonArray list:
                list.Insert(parts[^1] == "-" ? list.Count : Index(list, parts[^1], list.Count), value);
                break;
            default:
                throw Missing();
        }

        return document;
    }

    public JsonNode? Replace(JsonNode? document, JsonNode? value)
    {
        if (parts.Length == 0)
        {
            return value;
        }

        switch (Parent(document))
        {
            case JsonObject parent when parent.ContainsKey(parts[^1]):
                parent[parts[^1]] = value;
                break;
            case JsonArray list:
                list[Index(list, parts[^1], list.Count - 1)] = value;
                break;
            default:
                throw Missing();
        }

        return document;
    }

    public JsonNode? Remove(JsonNode? document, out JsonNode? removed)
    {
        switch (parts.Length == 0 ? null : Parent(document))
        {
            case JsonObject parent when parent.TryGetPropertyValue(parts[^1], out removed):
                parent.Remove(parts[^1]);
                return document;
            case JsonArray list:
                var index = Index(list, parts[^1], list.Count - 1);
                removed = list[index];
                list.RemoveAt(index);
                return document;
            default:
                throw Missing();
        }
    }

    private JsonNode? Parent(JsonNode? document) => new JsonPointer(text, parts[..^1]).Read(document);

    private int Index(JsonArray list, string part, int most) =>
        int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index) && (index < 0 ? index + list.Count : index) is var at && at >= 0 && at <= most
            ? at
            : throw Missing();

    private ApiStatusException Missing() => JsonPatch.Refuse($"the path \"{text}\" does not exist in the document: missing value");
}
