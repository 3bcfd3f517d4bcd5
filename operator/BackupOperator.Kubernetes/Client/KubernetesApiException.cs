using System.Net;

namespace BackupOperator.Kubernetes.Client;

/// <summary>An answer of the API server that is not a success (<c>meta/v1 Status</c>).</summary>
public sealed class KubernetesApiException(HttpStatusCode status, string? reason, string message, TimeSpan? retryAfter = null)
    : Exception(message)
{
    public HttpStatusCode StatusCode { get; } = status;

    /// <summary>The machine-readable reason, such as <c>AlreadyExists</c>, <c>Conflict</c>, <c>Expired</c>, <c>Invalid</c>.</summary>
    public string? Reason { get; } = reason;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    public bool IsNotFound => StatusCode == HttpStatusCode.NotFound;

    public bool IsConflict => StatusCode == HttpStatusCode.Conflict && Reason != "AlreadyExists";

    public bool IsAlreadyExists => Reason == "AlreadyExists";

    /// <summary>410: the resourceVersion is too old; list again.</summary>
    public bool IsGone => StatusCode == HttpStatusCode.Gone;
}
