namespace BackupOperator.Http;

/// <summary>What a client may cost.</summary>
internal sealed record HttpLimits
{
    /// <summary>Bytes of a request's first line and headers together.</summary>
    public int RequestBytes { get; init; } = 8 * 1024;

    /// <summary>Connections at once; one more ends the oldest, so that those who hang about shut nobody out.</summary>
    public int Connections { get; init; } = 64;

    /// <summary>How long a client may take to send its request.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a client may take to read its answer.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The pause before another try to listen, where the address is taken.</summary>
    public TimeSpan ListenRetry { get; init; } = TimeSpan.FromSeconds(10);
}
