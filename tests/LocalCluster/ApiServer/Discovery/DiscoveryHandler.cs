using BackupOperator.LocalCluster.ApiServer.Handlers;
using BackupOperator.LocalCluster.ApiServer.OpenApi;
using Microsoft.AspNetCore.Http;

namespace BackupOperator.LocalCluster.ApiServer.Discovery;

/// <summary>Answers the paths that are no resources: discovery, version and health.</summary>
internal sealed class DiscoveryHandler(DiscoveryDocuments documents, OpenApiDocuments openApi)
{
    public Task HandleAsync(HttpContext http)
    {
        var path = (http.Request.Path.Value ?? "/").Trim('/');
        switch (path)
        {
            case "healthz" or "livez" or "readyz":
                return ResponseWriter.WriteAsync(http, "ok"u8.ToArray(), mediaType: "text/plain; charset=utf-8");
            case "version":
                return ResponseWriter.WriteAsync(http, ServerVersion.ToJson());
            case "api" or "apis" when AggregatedVersion(http) is { } version:
                return ResponseWriter.WriteAsync(
                    http,
                    JsonText.ToUtf8(documents.Aggregated(path == "api", version)),
                    mediaType: $"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList");
        }

        var document = path.Split('/') switch
        {
            ["api"] => DiscoveryDocuments.ApiVersions(http.Request.Host.Value ?? ""),
            ["apis"] => documents.Groups(),
            ["api", var version] => documents.Resources("", version),
            ["apis", var group] => documents.Group(group),
            ["apis", var group, var version] => documents.Resources(group, version),
            ["openapi", "v3"] => openApi.Index(),
            ["openapi", "v3", "api", var version] => openApi.Of("", version),
            ["openapi", "v3", "apis", var group, var version] => openApi.Of(group, version),
            _ => null,
        };
        return ResponseWriter.WriteAsync(http, document ?? throw ApiErrors.NoSuchPath());
    }

    private static string? AggregatedVersion(HttpContext http)
    {
        foreach (var accepted in http.Request.Headers.Accept.ToString().Split(','))
        {
            var parameters = accepted.Split(';', StringSplitOptions.TrimEntries);
            if (!parameters.Contains("as=APIGroupDiscoveryList"))
            {
                return null;
            }

            foreach (var version in (string[])["v2", "v2beta1"])
            {
                if (parameters.Contains($"v={version}"))
                {
                    return version;
                }
            }
        }

        return null;
    }
}
