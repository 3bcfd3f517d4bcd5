namespace BackupOperator.Kubernetes.Client;

/// <summary>The body of a deletion (<c>meta/v1 DeleteOptions</c>).</summary>
internal sealed record DeleteOptions
{
    public string ApiVersion { get; init; } = "v1";

    public string Kind { get; init; } = "DeleteOptions";

    public DeletionPropagation? PropagationPolicy { get; init; }

    public DeletePreconditions? Preconditions { get; init; }

    public long? GracePeriodSeconds { get; init; }

    public static DeleteOptions From(DeleteRequest? request) =>
        new()
        {
            // Without a policy some kinds (Jobs) orphan what they own.
            PropagationPolicy = request?.Propagation ?? DeletionPropagation.Background,
            Preconditions = request is { Uid: null, ResourceVersion: null } or null ? null : new(request.Uid, request.ResourceVersion),
            GracePeriodSeconds = request?.GracePeriodSeconds,
        };
}

internal sealed record DeletePreconditions(string? Uid, string? ResourceVersion);
