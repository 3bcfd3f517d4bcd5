namespace BackupOperator.LocalCluster.ApiServer.Tables;

/// <summary>The columns of pods.</summary>
internal static class PodColumns
{
    public static IReadOnlyList<TableColumn> All { get; } =
    [
        TableColumn.NameColumn,
        TableColumn.Text("Ready", body => $"{Statuses(body).Count(status => status.Flag("ready"))}/{body.Objects("spec", "containers").Count()}"),
        TableColumn.Text("Status", Status),
        new("Restarts", "string", "", "", 0, Restarts),
        TableColumn.Age,
        TableColumn.Wide("IP", "status", "podIP"),
        TableColumn.Wide("Node", "spec", "nodeName"),
        TableColumn.Wide("Nominated Node", "status", "nominatedNodeName"),
        TableColumn.Text("Readiness Gates", _ => "<none>", 1),
    ];

    private static IEnumerable<JsonObject> Statuses(JsonObject body) => body.Objects("status", "containerStatuses");

    private static string Status(JsonObject body)
    {
        var reason = body.Text("status", "reason") ?? body.Text("status", "phase") ?? "Unknown";
        var initial = InitReason(body);
        if (initial is not null)
        {
            reason = initial;
        }
        else
        {
            var running = false;
            foreach (var status in Statuses(body).Reverse())
            {
                reason = Text(status.At("state", "waiting"), "reason") ?? Terminated(status.At("state", "terminated")) ?? reason;
                running |= status.Flag("ready") && status.At("state", "running") is not null;
            }

            if (reason == "Completed" && running)
            {
                reason = "Running";
            }
        }

        return body.Text("metadata", "deletionTimestamp") is not null && body.Text("status", "phase") is not ("Failed" or "Succeeded") ? "Terminating" : reason;
    }

    private static string? InitReason(JsonObject body)
    {
        var total = body.Objects("spec", "initContainers").Count();
        var index = 0;
        foreach (var status in body.Objects("status", "initContainerStatuses"))
        {
            var ended = status.At("state", "terminated");
            if (ended is not null && ended.Number("exitCode") == 0)
            {
                index++;
                continue;
            }

            return ended is not null
                ? $"Init:{Terminated(ended)}"
                : status.Text("state", "waiting", "reason") is { } waiting and not "PodInitializing" ? $"Init:{waiting}" : $"Init:{index}/{total}";
        }

        return null;
    }

    private static string? Terminated(JsonNode? state) => state is null
        ? null
        : Text(state, "reason") ?? (state.Number("signal") is { } signal and not 0 ? $"Signal:{signal}" : $"ExitCode:{state.Number("exitCode")}");

    private static string? Text(JsonNode? node, string name) => node.Text(name) is { Length: > 0 } text ? text : null;

    private static JsonValue Restarts(JsonObject body, DateTimeOffset now)
    {
        var count = Statuses(body).Sum(status => status.Number("restartCount") ?? 0);
        var last = Statuses(body).Select(status => status.Text("lastState", "terminated", "finishedAt")).Where(time => time is not null).Max(StringComparer.Ordinal);
        return JsonValue.Create(count > 0 && last is not null ? $"{count} ({HumanDuration.Since(last, now)} ago)" : count.ToString(CultureInfo.InvariantCulture));
    }
}
