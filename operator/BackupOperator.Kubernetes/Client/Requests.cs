using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Client;

/// <summary>What narrows a list or a watch; <paramref name="Limit"/> is the size of a page, not of the list.</summary>
public sealed record ListQuery(string? LabelSelector = null, string? FieldSelector = null, int? Limit = null);

/// <summary>A page-free list and the resourceVersion to watch from.</summary>
public sealed record EntityList<T>(IReadOnlyList<T> Items, string ResourceVersion)
{
    /// <summary>Objects that exist, but do not fit the type.</summary>
    public IReadOnlyList<NamespacedName> Unreadable { get; init; } = [];
}

/// <summary>What a watch tells: ADDED, MODIFIED, DELETED or BOOKMARK.</summary>
public enum WatchEventType
{
    Added,
    Modified,
    Deleted,
    Bookmark,
}

public sealed record WatchEvent<T>(WatchEventType Type, T Entity);

/// <summary>How a deletion reaches dependents (<c>meta/v1 DeletionPropagation</c>).</summary>
public enum DeletionPropagation
{
    Background,
    Foreground,
    Orphan,
}

/// <summary>Options of a deletion; <paramref name="Uid"/> and <paramref name="ResourceVersion"/> are preconditions (409 where they differ).</summary>
public sealed record DeleteRequest(
    DeletionPropagation? Propagation = null,
    string? Uid = null,
    string? ResourceVersion = null,
    long? GracePeriodSeconds = null);

/// <summary>A patch and its media type.</summary>
public sealed record KubernetesPatch(string ContentType, JsonNode Body, string? FieldManager = null, bool Force = false)
{
    /// <summary>
    /// RFC 7386. A <c>metadata.resourceVersion</c> or <c>metadata.uid</c> in the body is a precondition
    /// (<see cref="KubernetesApiException.IsConflict"/> where it is another).
    /// </summary>
    public static KubernetesPatch Merge(JsonNode body) => new("application/merge-patch+json", body);

    /// <summary>RFC 6902.</summary>
    public static KubernetesPatch Json(JsonArray operations) => new("application/json-patch+json", operations);

    /// <summary>Server-side apply; <paramref name="force"/> takes over fields that others own.</summary>
    public static KubernetesPatch Apply(JsonNode body, string fieldManager, bool force = true) =>
        new("application/apply-patch+yaml", body, fieldManager, force);
}
