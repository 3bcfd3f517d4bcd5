using BackupOperator.LocalCluster.ApiServer.Json;

namespace BackupOperator.LocalCluster;

/// <summary>Creates what manifests describe, or merges them into what is there.</summary>
internal sealed class Manifests(KubernetesClient client)
{
    /// <exception cref="ArgumentException">A document has no apiVersion, kind or name, or the server has no such kind.</exception>
    public async Task ApplyAsync(string yaml, string @namespace, CancellationToken cancellationToken)
    {
        foreach (var document in YamlReading.ParseAll(yaml).OfType<JsonObject>())
        {
            var version = document["apiVersion"]?.GetValue<string>() ?? throw new ArgumentException("a document has no apiVersion", nameof(yaml));
            var kind = document["kind"]?.GetValue<string>() ?? throw new ArgumentException("a document has no kind", nameof(yaml));
            var name = document["metadata"]?["name"]?.GetValue<string>() ?? throw new ArgumentException($"a {kind} has no name", nameof(yaml));
            var root = version.Contains('/', StringComparison.Ordinal) ? $"/apis/{version}" : $"/api/{version}";
            var resource = await FindAsync(root, kind, cancellationToken)
                ?? throw new ArgumentException($"no matches for kind \"{kind}\" in version \"{version}\"; is its CRD installed?", nameof(yaml));
            var folder = resource["namespaced"]!.GetValue<bool>()
                ? $"{root}/namespaces/{document["metadata"]!["namespace"]?.GetValue<string>() ?? @namespace}"
                : root;
            var path = $"{folder}/{resource["name"]}";
            try
            {
                await client.SendRawAsync(HttpMethod.Post, path, document, cancellationToken: cancellationToken);
            }
            catch (KubernetesApiException error) when (error.IsAlreadyExists)
            {
                await client.SendRawAsync(HttpMethod.Patch, $"{path}/{name}", document, "application/merge-patch+json", cancellationToken);
            }
        }
    }

    private async Task<JsonObject?> FindAsync(string root, string kind, CancellationToken cancellationToken)
    {
        var list = await client.GetRawAsync(root, cancellationToken);
        return (list?["resources"] as JsonArray)?.OfType<JsonObject>().FirstOrDefault(resource =>
            resource["kind"]?.GetValue<string>() == kind && !resource["name"]!.GetValue<string>().Contains('/', StringComparison.Ordinal));
    }
}
