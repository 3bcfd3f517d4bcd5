using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Configuration;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Serialization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupOperator.Kubernetes.Client;

/// <summary>The API over HTTP. Safe for concurrent use.</summary>
public sealed class KubernetesClient : IKubernetesClient, IDisposable
{
    private readonly KubernetesClientOptions options;
    private readonly TimeProvider time;
    private readonly Jitter jitter;
    private readonly ILogger logger;
    private readonly ApiTransport transport;

    public KubernetesClient(
        KubernetesClientConfiguration configuration,
        KubernetesClientOptions? options = null,
        TimeProvider? time = null,
        Random? random = null,
        ILogger<KubernetesClient>? logger = null)
    {
        this.options = options ?? new();
        this.time = time ?? TimeProvider.System;
        this.logger = logger ?? NullLogger<KubernetesClient>.Instance;
        jitter = new(random ?? new Random());
        transport = new(configuration, this.options, this.time, jitter);
        Namespace = configuration.Namespace;
    }

    /// <summary>The namespace of the context or of the pod; null where neither says one.</summary>
    public string? Namespace { get; }

    public Task<T?> GetAsync<T>(string name, string? @namespace = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject =>
        NullIfNotFoundAsync(SendAsync<T>(ApiRequest.For<T>(HttpMethod.Get, "get", true, @namespace, name), cancellationToken));

    public Task<EntityList<T>> ListAsync<T>(string? @namespace = null, ListQuery? query = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject =>
        new Pager<T>(transport, @namespace, query ?? new(), query?.Limit ?? options.PageSize, logger).ReadAsync(cancellationToken);

    public Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject
    {
        if (EntityDefinition.Of<T>().Scope == EntityScope.Namespaced && string.IsNullOrEmpty(entity.Metadata.Namespace))
        {
            throw new ArgumentException($"{entity.Kind} {entity.Metadata.Name} has no namespace.", nameof(entity));
        }

        return SendAsync<T>(
            ApiRequest.For<T>(HttpMethod.Post, "create", false, entity.Metadata.Namespace, body: Body(entity)),
            cancellationToken);
    }

    public Task<T> UpdateStatusAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject =>
        SendAsync<T>(
            ApiRequest.For<T>(HttpMethod.Put, "update", true, entity.Metadata.Namespace, entity.Metadata.Name ?? "", "status", Body(entity)),
            cancellationToken);

    public Task<T> PatchAsync<T>(string name, string? @namespace, KubernetesPatch patch, string? subresource = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject
    {
        var request = ApiRequest.For<T>(HttpMethod.Patch, "patch", patch.Body is not JsonArray, @namespace, name, subresource, Body(patch.Body)) with
        {
            ContentType = patch.ContentType,
        };
        return SendAsync<T>(
            request.With("fieldManager", patch.FieldManager).With("force", patch.Force ? "true" : null),
            cancellationToken);
    }

    public async Task<bool> DeleteAsync<T>(string name, string? @namespace = null, DeleteRequest? request = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject
    {
        var deletion = ApiRequest.For<T>(HttpMethod.Delete, "delete", true, @namespace, name, body: Body(DeleteOptions.From(request)));
        return await NullIfNotFoundAsync(transport.SendAsync(deletion, cancellationToken)) is not null;
    }

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        string? @namespace,
        string? resourceVersion,
        ListQuery? query = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject
    {
        var request = ApiRequest.For<T>(HttpMethod.Get, "watch", true, @namespace)
            .With("watch", "true")
            .With("allowWatchBookmarks", "true")
            .With("resourceVersion", resourceVersion)
            .With("labelSelector", query?.LabelSelector)
            .With("fieldSelector", query?.FieldSelector)
            .With("timeoutSeconds", $"{(long)jitter.Spread(options.WatchTimeout, 1).TotalSeconds}");
        using var response = await transport.OpenAsync(request, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var line in new WatchLines(stream, options.WatchIdleTimeout, time).ReadAsync(cancellationToken))
        {
            if (WatchEventReader.Read<T>(request, line, logger) is { } change)
            {
                yield return change;
            }
        }
    }

    public async Task<JsonNode?> GetRawAsync(string path, CancellationToken cancellationToken = default)
    {
        var request = new ApiRequest(HttpMethod.Get, path) { Verb = "get", Repeatable = true };
        var body = await NullIfNotFoundAsync(transport.SendAsync(request, cancellationToken));
        return body is null ? null : JsonNode.Parse(body);
    }

    /// <summary>Sends a request for what has no type here: a pod's <c>binding</c>, a service account's <c>token</c>, any manifest.</summary>
    public async Task<JsonNode?> SendRawAsync(
        HttpMethod method,
        string path,
        JsonNode body,
        string contentType = "application/json",
        CancellationToken cancellationToken = default)
    {
        var verb = method == HttpMethod.Post ? "create" : method.Method.ToLowerInvariant();
        var request = new ApiRequest(method, path) { Verb = verb, Repeatable = false, Body = Body(body), ContentType = contentType };
        return JsonNode.Parse(await transport.SendAsync(request, cancellationToken));
    }

    public void Dispose() => transport.Dispose();

    private static byte[] Body<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, KubernetesJson.Options);

    private static async Task<T?> NullIfNotFoundAsync<T>(Task<T> request)
        where T : class
    {
        try
        {
            return await request;
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    private async Task<T> SendAsync<T>(ApiRequest request, CancellationToken cancellationToken)
        where T : class, IKubernetesObject =>
        EntityReader.Read<T>(request, await transport.SendAsync(request, cancellationToken));
}
