namespace BackupOperator.LocalCluster.ApiServer.Requests;

/// <summary>What a request wants, read from its method, path and query (<c>apiserver/pkg/endpoints/request</c>). Fault rules look at it.</summary>
public sealed record RequestInfo
{
    /// <summary>get, list, watch, create, update, patch, delete or deletecollection; for paths that are no resources the method in lower case.</summary>
    public required string Verb { get; init; }

    public required string Path { get; init; }

    /// <summary>False for discovery, health and the like.</summary>
    public bool IsResource { get; init; }

    /// <summary>Empty for the core group.</summary>
    public string Group { get; init; } = "";

    public string Version { get; init; } = "";

    /// <summary>Empty for requests over the cluster.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The plural, such as <c>statefulsets</c>.</summary>
    public string Resource { get; init; } = "";

    /// <summary>Empty where there is none; otherwise such as <c>status</c>.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>Empty for lists and creations.</summary>
    public string Name { get; init; } = "";

    /// <summary>The user's name, such as <c>system:serviceaccount:default:sidecar</c>.</summary>
    public string User { get; init; } = "";
}
