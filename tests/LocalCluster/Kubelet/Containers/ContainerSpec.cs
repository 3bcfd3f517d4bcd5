namespace BackupOperator.LocalCluster.Kubelet.Containers;

/// <summary>One container, resolved down to what the kernel needs.</summary>
public sealed record ContainerSpec
{
    /// <summary>A folder of its own: the writable layer, the start script, the termination log.</summary>
    public required string Directory { get; init; }

    /// <summary>The folder that holds the image's files; <c>/</c> for this machine's own.</summary>
    public required string Root { get; init; }

    /// <summary>The program and its arguments; never empty.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required string LogFile { get; init; }

    public string HostName { get; init; } = "localhost";

    public string WorkingDirectory { get; init; } = "/";

    public IReadOnlyList<ContainerMount> Mounts { get; init; } = [];

    public ContainerUser User { get; init; } = ContainerUser.Root;

    public bool ReadOnlyRoot { get; init; }

    /// <summary>Where the container finds its termination log.</summary>
    public string TerminationMessagePath { get; init; } = "/dev/termination-log";

    /// <summary>The termination log on this machine.</summary>
    public string TerminationLogFile => Path.Combine(Directory, "termination-log");
}
