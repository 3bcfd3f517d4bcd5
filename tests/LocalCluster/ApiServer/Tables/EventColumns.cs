namespace BackupOperator.LocalCluster.ApiServer.Tables;

/// <summary>The columns of events.</summary>
internal static class EventColumns
{
    public static IReadOnlyList<TableColumn> All { get; } =
    [
        new("Last Seen", "string", "", "", 0, (body, now) => Seen(body, now, "lastTimestamp")),
        TableColumn.At("Type", "type"),
        TableColumn.At("Reason", "reason"),
        TableColumn.Text("Object", body => $"{body.Text("involvedObject", "kind")?.ToLowerInvariant()}/{body.Text("involvedObject", "name")}"),
        TableColumn.Text("Subobject", body => body.Text("involvedObject", "fieldPath") ?? "", 1),
        TableColumn.Text("Source", body => body.Text("source", "component") is { Length: > 0 } component ? body.Text("source", "host") is { Length: > 0 } host ? $"{component}, {host}" : component : body.Text("reportingComponent") ?? "", 1),
        TableColumn.Text("Message", body => body.Text("message")?.Trim()),
        new("First Seen", "string", "", "", 1, (body, now) => Seen(body, now, "firstTimestamp")),
        new("Count", "string", "", "", 1, (body, _) => body.Number("series", "count") ?? body.Number("count") ?? 1),
        TableColumn.NameColumn with { Format = "name", Priority = 1 },
    ];

    private static JsonValue? Seen(JsonObject body, DateTimeOffset now, string field) =>
        JsonValue.Create(HumanDuration.Since((field == "lastTimestamp" ? body.Text("series", "lastObservedTime") : null) ?? body.Text(field) ?? body.Text("eventTime"), now));
}
