namespace BackupOperator.LocalCluster.ApiServer.Errors;

/// <summary>The failures of the API server with its own words (<c>apimachinery/pkg/api/errors</c>).</summary>
internal static class ApiErrors
{
    public static ApiStatusException NotFound(string group, string resource, string name) =>
        new(404, "NotFound", $"{Qualified(group, resource)} \"{name}\" not found", Details(group, resource, name));

    /// <summary>The path names nothing that is served.</summary>
    public static ApiStatusException NoSuchPath() =>
        new(404, "NotFound", "the server could not find the requested resource", []);

    public static ApiStatusException AlreadyExists(string group, string resource, string name) =>
        new(409, "AlreadyExists", $"{Qualified(group, resource)} \"{name}\" already exists", Details(group, resource, name));

    public static ApiStatusException Conflict(string group, string resource, string name, string? why = null) =>
        new(
            409,
            "Conflict",
            $"Operation cannot be fulfilled on {Qualified(group, resource)} \"{name}\": " +
            (why ?? "the object has been modified; please apply your changes to the latest version and try again"),
            Details(group, resource, name));

    public static ApiStatusException Invalid(string group, string kind, string name, IReadOnlyList<FieldError> errors)
    {
        var text = errors.Count == 1 ? errors[0].Message : $"[{string.Join(", ", errors.Select(error => error.Message).Distinct(StringComparer.Ordinal))}]";
        var details = Details(group, kind, name);
        details["causes"] = new JsonArray([.. errors.Select(error => new JsonObject
        {
            ["reason"] = error.Type,
            ["message"] = error.Body,
            ["field"] = error.Field,
        })]);
        return new(422, "Invalid", $"{Qualified(group, kind)} \"{name}\" is invalid: {text}", details);
    }

    public static ApiStatusException Forbidden(string group, string resource, string name, string why, JsonArray? causes = null)
    {
        var subject = name.Length == 0 ? Qualified(group, resource) : $"{Qualified(group, resource)} \"{name}\"";
        var details = Details(group, resource, name);
        if (causes is not null)
        {
            details["causes"] = causes;
        }

        return new(403, "Forbidden", $"{subject} is forbidden: {why}", details);
    }

    public static ApiStatusException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    public static ApiStatusException BadRequest(string message) => new(400, "BadRequest", message);

    public static ApiStatusException MethodNotAllowed() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", []);

    public static ApiStatusException UnsupportedMediaType(IEnumerable<string> accepted) =>
        new(415, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: {string.Join(", ", accepted)}");

    public static ApiStatusException NotAcceptable(IEnumerable<string> accepted) =>
        new(406, "NotAcceptable", $"only the following media types are accepted: {string.Join(", ", accepted)}");

    public static ApiStatusException TooOld(long asked, long oldest) =>
        new(410, "Expired", $"too old resource version: {asked} ({oldest})");

    public static ApiStatusException ResourceVersionTooLarge(long asked, long current) =>
        new(
            504,
            "Timeout",
            $"Timeout: Too large resource version: {asked}, current: {current}",
            new JsonObject
            {
                ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }),
                ["retryAfterSeconds"] = 1,
            },
            TimeSpan.FromSeconds(1));

    public static string Qualified(string group, string resource) => group.Length == 0 ? resource : $"{resource}.{group}";

    private static JsonObject Details(string group, string kind, string name)
    {
        var details = new JsonObject();
        if (name.Length > 0)
        {
            details["name"] = name;
        }

        if (group.Length > 0)
        {
            details["group"] = group;
        }

        details["kind"] = kind;
        return details;
    }
}
