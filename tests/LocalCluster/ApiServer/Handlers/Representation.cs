using Microsoft.AspNetCore.Http;

namespace BackupOperator.LocalCluster.ApiServer.Handlers;

/// <summary>In which form a client wants objects: as they are, as a Table, or only their metadata.</summary>
/// <param name="Kind">Empty, Table, PartialObjectMetadata or PartialObjectMetadataList.</param>
internal sealed record Representation(string Kind, string Version)
{
    public static Representation Plain { get; } = new("", "");

    /// <exception cref="ApiStatusException">Nothing that is accepted can be served.</exception>
    public static Representation Of(HttpRequest request)
    {
        var header = request.Headers.Accept.ToString();
        if (header.Length == 0)
        {
            return Plain;
        }

        foreach (var accepted in header.Split(',', StringSplitOptions.TrimEntries))
        {
            var parts = accepted.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0] is not ("application/json" or "*/*" or "application/*"))
            {
                continue;
            }

            var kind = Parameter(parts, "as");
            if (kind is null)
            {
                return Plain;
            }

            var version = Parameter(parts, "v") ?? "";
            if (kind is "Table" or "PartialObjectMetadata" or "PartialObjectMetadataList" && version is "v1" or "v1beta1" && Parameter(parts, "g") == "meta.k8s.io")
            {
                return new Representation(kind, version);
            }
        }

        throw ApiErrors.NotAcceptable(["application/json"]);
    }

    private static string? Parameter(string[] parts, string name) =>
        parts.Skip(1).Where(part => part.StartsWith(name + "=", StringComparison.Ordinal)).Select(part => part[(name.Length + 1)..]).FirstOrDefault();
}
