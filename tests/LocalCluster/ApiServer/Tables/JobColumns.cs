using BackupOperator.LocalCluster.ApiServer.Selectors;

namespace BackupOperator.LocalCluster.ApiServer.Tables;

/// <summary>The columns of jobs.</summary>
internal static class JobColumns
{
    public static IReadOnlyList<TableColumn> All { get; } =
    [
        TableColumn.NameColumn,
        TableColumn.Text("Status", Status),
        TableColumn.Text("Completions", body => body.Number("spec", "completions") is { } wanted ? $"{body.Number("status", "succeeded") ?? 0}/{wanted}" : $"{body.Number("status", "succeeded") ?? 0}/1"),
        new("Duration", "string", "", "", 0, Duration),
        TableColumn.Age,
        .. BuiltInColumns.Containers,
        TableColumn.Text("Selector", body => body.At("spec", "selector") is JsonObject selector ? LabelSelector.FromObject(selector).ToString() : "<none>", 1),
    ];

    private static string Status(JsonObject body)
    {
        bool Is(string type) => body.Objects("status", "conditions").Any(condition => condition.Text("type") == type && condition.Text("status") == "True");
        return Is("Complete") ? "Complete"
            : Is("Failed") ? "Failed"
            : body.Text("metadata", "deletionTimestamp") is not null ? "Terminating"
            : Is("Suspended") ? "Suspended"
            : Is("FailureTarget") ? "FailureTarget"
            : Is("SuccessCriteriaMet") ? "SuccessCriteriaMet"
            : "Running";
    }

    private static JsonValue? Duration(JsonObject body, DateTimeOffset now)
    {
        if (Timestamps.Parse(body.Text("status", "startTime")) is not { } start)
        {
            return JsonValue.Create("");
        }

        var end = Timestamps.Parse(body.Text("status", "completionTime"))
            ?? body.Objects("status", "conditions").Where(condition => condition.Text("type") == "Failed").Select(condition => Timestamps.Parse(condition.Text("lastTransitionTime"))).FirstOrDefault()
            ?? now;
        return JsonValue.Create(HumanDuration.Format(end - start));
    }
}
