using System.Collections.Concurrent;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Configuration;
using BackupOperator.Kubernetes.Models;
using BackupOperator.LocalCluster.ApiServer;

namespace BackupOperator.Chart.Tests.Cluster;

/// <summary>An API server with our kinds and those of the Prometheus operator.</summary>
public sealed class ApiServer : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, bool> taken = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> namespaces = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, JsonArray> kinds = new(StringComparer.Ordinal);
    private LocalApiServer? server;
    private KubernetesClient? client;

    public async ValueTask InitializeAsync()
    {
        server = await LocalApiServer.StartAsync();
        client = new KubernetesClient(KubernetesClientConfiguration.BuildConfigFromConfigFile(server.KubeconfigPath));
        var definitions = Directory.GetFiles(Repository.PathOf("crds"), "*.yaml").Select(File.ReadAllText)
            .Append(Repository.Read("tests", "BackupOperator.Chart.Tests", "Cluster", "prometheus-operator.yaml"));
        foreach (var definition in definitions.SelectMany(YamlReader.Read))
        {
            await client.SendRawAsync(HttpMethod.Post, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition);
            await EstablishedAsync((string)definition["metadata"]!["name"]!);
        }
    }

    /// <summary>Fails where the server refuses an object, or does not know one of its fields. Nothing is stored.</summary>
    public async Task TakesAsync(IEnumerable<JsonObject> objects)
    {
        foreach (var item in objects)
        {
            // The same object again would only take time.
            if (taken.TryAdd(item.ToJsonString(), true))
            {
                await PostAsync(item);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        client?.Dispose();
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }

    private async Task PostAsync(JsonObject item)
    {
        var version = (string)item["apiVersion"]!;
        var root = version.Contains('/', StringComparison.Ordinal) ? $"/apis/{version}" : $"/api/{version}";
        var kind = (string)item["kind"]!;
        var resource = (await KindsAsync(root)).FirstOrDefault(r => (string?)r!["kind"] == kind && !((string)r["name"]!).Contains('/', StringComparison.Ordinal))
            .ShouldNotBeNull($"no server has a {kind} in {version}");
        var name = (string?)item["metadata"]?["name"];
        var folder = root;
        if ((bool)resource["namespaced"]!)
        {
            var @namespace = ((string?)item["metadata"]?["namespace"]).ShouldNotBeNull($"{kind} {name} has no namespace");
            await CreateNamespaceAsync(@namespace);
            folder = $"{root}/namespaces/{@namespace}";
        }

        const string Checked = "dryRun=All&fieldValidation=Strict";
        try
        {
            if (await client!.GetRawAsync($"{folder}/{resource["name"]}/{name}") is null)
            {
                await client.SendRawAsync(HttpMethod.Post, $"{folder}/{resource["name"]}?{Checked}", item.DeepClone());
            }
            else
            {
                await client.SendRawAsync(HttpMethod.Patch, $"{folder}/{resource["name"]}/{name}?{Checked}", item.DeepClone(), "application/merge-patch+json");
            }
        }
        catch (KubernetesApiException e)
        {
            throw new InvalidOperationException($"{kind} {name}: {e.Message}\n{item.ToJsonString()}", e);
        }
    }

    private async Task<JsonArray> KindsAsync(string root) =>
        kinds.TryGetValue(root, out var known) ? known : kinds[root] = (await client!.GetRawAsync(root))?["resources"]?.AsArray() ?? [];

    private async Task CreateNamespaceAsync(string name)
    {
        if (namespaces.TryAdd(name, true) && await client!.GetAsync<V1Namespace>(name) is null)
        {
            await client.CreateAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = name } });
        }
    }

    private async Task EstablishedAsync(string name)
    {
        for (var tries = 0; tries < 300; tries++)
        {
            var definition = await client!.GetRawAsync($"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}");
            if (definition?["status"]?["conditions"]?.AsArray().Any(c => (string?)c!["type"] == "Established" && (string?)c["status"] == "True") == true)
            {
                return;
            }

            await Task.Delay(100);
        }

        throw new TimeoutException($"{name} is not established");
    }
}
