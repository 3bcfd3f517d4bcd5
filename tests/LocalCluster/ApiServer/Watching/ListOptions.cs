using BackupOperator.LocalCluster.ApiServer.Requests;
using BackupOperator.LocalCluster.ApiServer.Selectors;
using BackupOperator.LocalCluster.ApiServer.Storage;

namespace BackupOperator.LocalCluster.ApiServer.Watching;

/// <summary>What a list or a watch asks for (<c>meta/v1 ListOptions</c>).</summary>
internal sealed record ListOptions(
    string Namespace,
    LabelSelector Labels,
    FieldSelector Fields,
    long? ResourceVersion,
    string Match,
    long Limit,
    string Continue,
    bool AllowBookmarks,
    bool? SendInitialEvents,
    TimeSpan? Timeout)
{
    /// <exception cref="ApiStatusException">The options contradict each other or cannot be read.</exception>
    public static ListOptions From(ApiRequest request)
    {
        var fields = request.Query("fieldSelector");
        if (request.Info.Name.Length > 0)
        {
            fields = $"metadata.name={request.Info.Name}" + (string.IsNullOrEmpty(fields) ? "" : $",{fields}");
        }

        var version = request.Query("resourceVersion");
        long? number = null;
        if (!string.IsNullOrEmpty(version))
        {
            number = long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
                ? parsed
                : throw Unreadable(version, request.Info.Verb == "watch");
        }

        var options = new ListOptions(
            request.Info.Namespace,
            LabelSelector.Parse(request.Query("labelSelector")),
            FieldSelector.Parse(fields, [.. request.Definition.SelectableFields]),
            number,
            request.Query("resourceVersionMatch") ?? "",
            request.QueryNumber("limit") ?? 0,
            request.Query("continue") ?? "",
            request.QueryFlag("allowWatchBookmarks"),
            request.Query("sendInitialEvents") is { Length: > 0 } ? request.QueryFlag("sendInitialEvents") : null,
            request.QueryNumber("timeoutSeconds") is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : null);
        options.Check(request.Info.Verb == "watch");
        return options;
    }

    public bool Matches(StoredObject item) =>
        (Namespace.Length == 0 || item.Namespace == Namespace) &&
        Labels.Matches(item.Body.At("metadata", "labels") as JsonObject) &&
        Fields.Matches(item.Body);

    private static ApiStatusException Unreadable(string version, bool watch)
    {
        var problem = FieldError.Invalid("resourceVersion", JsonValue.Create(version), $"strconv.ParseUint: parsing \"{version}\": invalid syntax").Message;
        return watch ? new ApiStatusException(500, "", problem) : ApiErrors.BadRequest($"invalid resource version: {problem}");
    }

    private static ApiStatusException Problem(FieldError error) => ApiErrors.Invalid("meta.k8s.io", "ListOptions", "", [error]);

    private void Check(bool watch)
    {
        if (SendInitialEvents is not null && !watch)
        {
            throw Problem(FieldError.Forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
        }

        if (watch && SendInitialEvents is not null && Match != "NotOlderThan")
        {
            throw Problem(FieldError.Forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
        }

        if (watch && SendInitialEvents is null && Match.Length > 0)
        {
            throw Problem(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
        }

        if (!watch && Match.Length > 0 && ResourceVersion is null)
        {
            throw Problem(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"));
        }

        if (!watch && Match.Length > 0 && Continue.Length > 0)
        {
            throw Problem(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"));
        }

        if (!watch && Match is not ("" or "Exact" or "NotOlderThan"))
        {
            throw Problem(FieldError.NotSupported("resourceVersionMatch", JsonValue.Create(Match), ["Exact", "NotOlderThan", ""]));
        }

        if (!watch && Match == "Exact" && ResourceVersion == 0)
        {
            throw Problem(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
        }
    }
}
