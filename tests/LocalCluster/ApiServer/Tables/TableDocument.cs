namespace BackupOperator.LocalCluster.ApiServer.Tables;

/// <summary>Builds <c>meta.k8s.io Table</c>s.</summary>
internal static class TableDocument
{
    /// <param name="include">What of each object is put beside its row: None, Metadata or Object.</param>
    public static JsonObject Of(IReadOnlyList<TableColumn> columns, IEnumerable<JsonObject> bodies, JsonObject metadata, string version, string include, DateTimeOffset now, bool header = true) => new()
    {
        ["kind"] = "Table",
        ["apiVersion"] = $"meta.k8s.io/{version}",
        ["metadata"] = metadata,
        ["columnDefinitions"] = header ? new JsonArray([.. columns.Select(column => column.ToJson())]) : null,
        ["rows"] = new JsonArray([.. bodies.Select(body => Row(columns, body, version, include, now))]),
    };

    private static JsonObject Row(IReadOnlyList<TableColumn> columns, JsonObject body, string version, string include, DateTimeOffset now)
    {
        var row = new JsonObject { ["cells"] = new JsonArray([.. columns.Select(column => column.Cell(body, now))]) };
        switch (include)
        {
            case "None":
                break;
            case "Object":
                row["object"] = JsonNodes.Copy(body);
                break;
            default:
                row["object"] = Partial(body, version);
                break;
        }

        return row;
    }

    /// <summary>An object without all but its metadata.</summary>
    public static JsonObject Partial(JsonObject body, string version) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = $"meta.k8s.io/{version}",
        ["metadata"] = JsonNodes.Copy(body["metadata"]),
    };
}
