using System.Net;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Client;

/// <summary>An answer of the API server that is not a success (<c>meta/v1 Status</c>).</summary>
public sealed class KubernetesApiException(HttpStatusCode status, string? reason, string message, TimeSpan? retryAfter = null)
    : Exception(message)
{
    public HttpStatusCode StatusCode { get; } = status;

    /// <summary>The machine-readable reason, such as <c>AlreadyExists</c>, <c>Conflict</c>, <c>Expired</c>, <c>Invalid</c>.</summary>
    public string? Reason { get; } = reason;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>The fields that an <c>Invalid</c> (422) names.</summary>
    public IReadOnlyList<V1StatusCause> Causes { get; init; } = [];

    public bool IsNotFound => StatusCode == HttpStatusCode.NotFound;

    /// <summary>The object is not in the state, or not the one, that the request named: read again, decide again.</summary>
    public bool IsConflict => (StatusCode == HttpStatusCode.Conflict && Reason != "AlreadyExists") || IsUidMismatch;

    public bool IsAlreadyExists => Reason == "AlreadyExists";

    /// <summary>
    /// A patch named the uid of an object that has been replaced by a namesake. Patches get 422 for it, deletions 409.
    /// </summary>
    public bool IsUidMismatch => StatusCode == HttpStatusCode.UnprocessableEntity && Causes.Any(c => c.Field == "metadata.uid");

    /// <summary>410: the resourceVersion is too old; list again.</summary>
    public bool IsGone => StatusCode == HttpStatusCode.Gone;
}
