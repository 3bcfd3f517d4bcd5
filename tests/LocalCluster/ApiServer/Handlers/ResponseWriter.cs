using BackupOperator.LocalCluster.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace BackupOperator.LocalCluster.ApiServer.Handlers;

/// <summary>Writes answers.</summary>
internal static class ResponseWriter
{
    public static Task WriteAsync(HttpContext http, JsonNode body, int code = 200) => WriteAsync(http, JsonText.ToUtf8(body), code);

    public static async Task WriteAsync(HttpContext http, byte[] utf8, int code = 200, string mediaType = "application/json")
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = mediaType;
        http.Response.ContentLength = utf8.Length;
        if (http.Request.Method != "HEAD")
        {
            await http.Response.Body.WriteAsync(utf8, http.RequestAborted);
        }
    }

    public static Task WriteErrorAsync(HttpContext http, ApiStatusException error)
    {
        if (error.RetryAfter is { } after)
        {
            http.Response.Headers.RetryAfter = ((int)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        return WriteAsync(http, error.ToStatus(), error.Code);
    }

    /// <summary>Adds a <c>Warning</c> header, which kubectl prints.</summary>
    public static void Warn(HttpContext http, string text) =>
        http.Response.Headers.Append("Warning", $"299 - \"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");

    /// <summary>The Status of a deletion that is done.</summary>
    public static JsonObject DeletedStatus(ApiRequest request, string uid)
    {
        var details = new JsonObject { ["name"] = request.Info.Name };
        if (request.Info.Group.Length > 0)
        {
            details["group"] = request.Info.Group;
        }

        details["kind"] = request.Info.Resource;
        details["uid"] = uid;
        return new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["details"] = details };
    }
}
