namespace BackupOperator.TestSupport.Faults;

/// <param name="Ordinal">From 1 on, in the order in which a proxy got them.</param>
/// <param name="Target">Path and query, as they were sent.</param>
public sealed record ProxiedRequest(int Ordinal, string Method, string Target, IReadOnlyDictionary<string, string> Headers)
{
    public string Path => Target.Split('?')[0];

    public string Query => Target.Contains('?', StringComparison.Ordinal) ? Target[(Target.IndexOf('?', StringComparison.Ordinal) + 1)..] : "";

    /// <summary>Whether the query has a parameter of that name.</summary>
    public bool Asks(string parameter) => Query.Split('&').Any(item => item.Split('=')[0] == parameter);

    /// <summary>A part of an S3 upload.</summary>
    public bool IsPart => Method == "PUT" && Asks("partNumber");

    /// <summary>The joining of an S3 upload's parts.</summary>
    public bool IsComplete => Method == "POST" && Asks("uploadId");

    /// <summary>What was done to it; null when it was passed on unharmed.</summary>
    public Fault? Fault { get; init; }
}
