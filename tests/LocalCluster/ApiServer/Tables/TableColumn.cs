namespace BackupOperator.LocalCluster.ApiServer.Tables;

/// <summary>A column of a kind's table.</summary>
/// <param name="Type">string, integer, number, boolean or date.</param>
/// <param name="Priority">0 is always shown; others only with <c>-o wide</c>.</param>
/// <param name="Cell">Makes the cell of an object.</param>
internal sealed record TableColumn(string Name, string Type, string Format, string Description, long Priority, Func<JsonObject, DateTimeOffset, JsonNode?> Cell)
{
    public static TableColumn NameColumn { get; } = new("Name", "string", "name", "Name must be unique within a namespace.", 0, (body, _) => body.Text("metadata", "name"));

    public static TableColumn Age { get; } = new("Age", "string", "", "CreationTimestamp is a timestamp representing the server time when this object was created.", 0, (body, now) => HumanDuration.Since(body.Text("metadata", "creationTimestamp"), now));

    public static TableColumn Text(string name, Func<JsonObject, string?> cell, long priority = 0) => new(name, "string", "", "", priority, (body, _) => cell(body));

    public static TableColumn At(string name, params string[] path) => Text(name, body => Show(body.At(path)));

    public static TableColumn Wide(string name, params string[] path) => Text(name, body => Show(body.At(path)) ?? "<none>", 1);

    public JsonObject ToJson() => new() { ["name"] = Name, ["type"] = Type, ["format"] = Format, ["description"] = Description, ["priority"] = Priority };

    private static string? Show(JsonNode? node) => node is null ? null : node.Text() ?? node.ToJsonString();
}
