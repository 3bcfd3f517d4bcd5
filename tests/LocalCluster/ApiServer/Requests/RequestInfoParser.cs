using Microsoft.AspNetCore.Http;

namespace BackupOperator.LocalCluster.ApiServer.Requests;

/// <summary>Reads what a request wants.</summary>
internal static class RequestInfoParser
{
    public static RequestInfo Parse(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var (group, version, rest) = parts switch
        {
            ["api", var v, .. var tail] when tail.Length > 0 => ("", v, tail),
            ["apis", var g, var v, .. var tail] when tail.Length > 0 => (g, v, tail),
            _ => ("", "", Array.Empty<string>()),
        };
        if (rest.Length == 0)
        {
            return new RequestInfo { Verb = request.Method.ToLowerInvariant(), Path = path };
        }

        var @namespace = "";
        if (rest is ["namespaces", var ns, var next, ..] && !(next is "status" or "finalize" && rest.Length == 3))
        {
            @namespace = ns;
            rest = rest[2..];
        }

        var name = rest.Length > 1 ? rest[1] : "";
        if (rest is ["namespaces", _, ..])
        {
            @namespace = "";
        }

        return new RequestInfo
        {
            Verb = Verb(request, name),
            Path = path,
            IsResource = true,
            Group = group,
            Version = version,
            Namespace = @namespace,
            Resource = rest[0],
            Name = name,
            Subresource = rest.Length > 2 ? string.Join('/', rest[2..]) : "",
        };
    }

    private static string Verb(HttpRequest request, string name) => request.Method switch
    {
        "GET" or "HEAD" when IsTrue(request.Query["watch"]) => "watch",
        "GET" or "HEAD" => name.Length > 0 ? "get" : "list",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => name.Length > 0 ? "delete" : "deletecollection",
        var method => method.ToLowerInvariant(),
    };

    private static bool IsTrue(string? value) => value is "true" or "1" or "True";
}
