using System.Reflection;

namespace BackupOperator.Kubernetes.Client;

/// <summary>How a <see cref="KubernetesClient"/> behaves on the wire.</summary>
public sealed record KubernetesClientOptions
{
    public string UserAgent { get; init; } =
        $"mysql-backup-operator/{Assembly.GetExecutingAssembly().GetName().Version?.ToString(3)}";

    /// <summary>How long one try of a request may take, its answer included. Watches have no such end.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Tries of one request, the first included.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>The first pause between two tries; it doubles, and is spread by up to its half.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause, also where the server asks for more with Retry-After.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Objects of a page of a list.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>
    /// The server ends a watch after this long, or up to twice as long: a random time, so that not all watches of all
    /// clients start again at the same moment.
    /// </summary>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// A watch that says nothing for this long is taken for dead (a dead connection gives no error). Bookmarks come
    /// about once a minute.
    /// </summary>
    public TimeSpan WatchIdleTimeout { get; init; } = TimeSpan.FromSeconds(150);
}
