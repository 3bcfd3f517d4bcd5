namespace BackupOperator.LocalCluster.ApiServer.Patching;

/// <summary>RFC 6902, with the refusals of the API server: 422 for a path that is not there or a test that fails.</summary>
internal static class JsonPatch
{
    public static JsonNode? Apply(JsonNode? target, JsonArray operations)
    {
        var document = JsonNodes.Copy(target);
        foreach (var operation in operations)
        {
            document = ApplyOne(document, operation as JsonObject ?? throw Refuse("a patch operation must be an object"));
        }

        return document;
    }

    private static JsonNode? ApplyOne(JsonNode? document, JsonObject operation)
    {
        var name = operation.Text("op") ?? throw Refuse("a patch operation needs op");
        var path = JsonPointer.Parse(operation.Text("path") ?? throw Refuse("a patch operation needs path"));
        switch (name)
        {
            case "add":
                return path.Add(document, JsonNodes.Copy(operation["value"]));
            case "remove":
                return path.Remove(document, out _);
            case "replace":
                return path.Replace(document, JsonNodes.Copy(operation["value"]));
            case "test":
                return JsonNodes.Same(path.Read(document), operation["value"])
                    ? document
                    : throw Refuse($"testing value {operation.Text("path")} failed: test failed");
            case "move":
                document = From(operation).Remove(document, out var moved);
                return path.Add(document, moved);
            case "copy":
                return path.Add(document, JsonNodes.Copy(From(operation).Read(document)));
            default:
                throw Refuse($"Unexpected kind: {name}");
        }
    }

    private static JsonPointer From(JsonObject operation) => JsonPointer.Parse(operation.Text("from") ?? throw Refuse("move and copy need from"));

    internal static ApiStatusException Refuse(string why) =>
        new(422, "Invalid", $"the server rejected our request due to an error in our request: {why}", []);
}
