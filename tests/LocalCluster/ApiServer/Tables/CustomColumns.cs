namespace BackupOperator.LocalCluster.ApiServer.Tables;

/// <summary>The columns of a custom resource, from its <c>additionalPrinterColumns</c>.</summary>
internal static class CustomColumns
{
    public static IReadOnlyList<TableColumn> Of(IEnumerable<JsonObject> printerColumns)
    {
        var columns = printerColumns.Select(Column).ToList();
        return columns.Count == 0 ? [TableColumn.NameColumn, Date("Age", JsonPath.Parse(".metadata.creationTimestamp"))] : [TableColumn.NameColumn, .. columns];
    }

    private static TableColumn Column(JsonObject source)
    {
        var path = JsonPath.Parse(source.Text("jsonPath") ?? "");
        var type = source.Text("type") ?? "string";
        var name = source.Text("name") ?? "";
        return new TableColumn(name, type, source.Text("format") ?? "", source.Text("description") ?? "", source.Number("priority") ?? 0, (body, now) => Cell(path.Select(body).FirstOrDefault(), type, now));
    }

    private static TableColumn Date(string name, JsonPath path) =>
        new(name, "date", "", "", 0, (body, now) => Cell(path.Select(body).FirstOrDefault(), "date", now));

    private static JsonNode? Cell(JsonNode? value, string type, DateTimeOffset now)
    {
        if (value is null)
        {
            return null;
        }

        return type switch
        {
            "string" => value.Text() ?? value.ToJsonString(JsonText.Plain),
            "integer" when value.GetValueKind() == JsonValueKind.Number => value.Number() ?? (long)value.GetValue<double>(),
            "number" when value.GetValueKind() == JsonValueKind.Number => JsonNodes.Copy(value),
            "boolean" when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => JsonNodes.Copy(value),
            "date" when value.Text() is { } text => Timestamps.Parse(text) is null ? "<invalid>" : HumanDuration.Since(text, now),
            _ => null,
        };
    }
}
