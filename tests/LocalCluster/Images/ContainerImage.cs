namespace BackupOperator.LocalCluster.Images;

/// <summary>What a registry would deliver: files and how to start them.</summary>
public sealed record ContainerImage
{
    /// <summary>The path that programs are looked for in, as the common base images have it.</summary>
    public const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>The folder that holds the image's files; <c>/</c> for this machine's own (a container writes to its own layer).</summary>
    public string Root { get; init; } = "/";

    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    public IReadOnlyList<string> Cmd { get; init; } = [];

    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();

    /// <summary><c>uid</c> or <c>uid:gid</c>, in numbers; null for root.</summary>
    public string? User { get; init; }

    public string WorkingDirectory { get; init; } = "/";

    /// <summary>Files and folders of this machine that are part of the image, read-only: path in the container → path here.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();
}
