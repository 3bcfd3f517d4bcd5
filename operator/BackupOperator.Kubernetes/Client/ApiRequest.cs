using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Client;

/// <summary>One request to the API server, before it is bound to a host.</summary>
internal sealed record ApiRequest(HttpMethod Method, string Path)
{
    /// <summary>The verb of RBAC, audit and metrics: get, list, watch, create, update, patch, delete.</summary>
    public required string Verb { get; init; }

    public List<KeyValuePair<string, string>> Query { get; } = [];

    public byte[]? Body { get; init; }

    public string ContentType { get; init; } = "application/json";

    /// <summary>
    /// Whether a second try is harmless when the first one may have been carried out. A create is not (its second try
    /// would meet its own object), nor is a JSON patch (it could append twice).
    /// </summary>
    public required bool Repeatable { get; init; }

    public static ApiRequest For<T>(HttpMethod method, string verb, bool repeatable, string? @namespace, string? name = null, string? subresource = null, byte[]? body = null)
        where T : IKubernetesObject =>
        new(method, EntityDefinition.Of<T>().Path(@namespace, name, subresource)) { Verb = verb, Repeatable = repeatable, Body = body };

    public ApiRequest With(string key, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            Query.Add(new(key, value));
        }

        return this;
    }

    /// <summary>Path and query.</summary>
    public string ToRelativeUri() =>
        Query.Count == 0
            ? Path
            : $"{Path}?{string.Join('&', Query.Select(q => $"{q.Key}={Uri.EscapeDataString(q.Value)}"))}";

    public override string ToString() => $"{Method} {Path}";
}
