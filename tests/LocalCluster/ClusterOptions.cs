using BackupOperator.LocalCluster.Controllers.Jobs;
using BackupOperator.LocalCluster.Controllers.Nodes;
using BackupOperator.LocalCluster.Images;

namespace BackupOperator.LocalCluster;

/// <summary>How to start a <see cref="Cluster"/>.</summary>
public sealed record ClusterOptions
{
    /// <summary>Holds volumes, layers and logs; null for a temporary folder that goes with the cluster.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Where the administrator's kubeconfig is written; null for the data directory.</summary>
    public string? KubeconfigPath { get; init; }

    /// <summary>The API server's port; 0 for any free one.</summary>
    public int Port { get; init; }

    public IReadOnlyList<string> Nodes { get; init; } = ["node-1"];

    /// <summary>Namespaces besides those that every cluster has.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>Images besides the standard ones.</summary>
    public IReadOnlyDictionary<string, ContainerImage> Images { get; init; } = new Dictionary<string, ContainerImage>();

    public string MySqlRoot { get; init; } = StandardImages.MySqlRoot;

    public JobControllerOptions Jobs { get; init; } = new();

    public NodeLifecycleOptions NodeLifecycle { get; init; } = new();

    /// <summary>The pause before a container that crashed twice starts again; doubles with each crash. Kubernetes: 10 s.</summary>
    public TimeSpan RestartBackoffFirst { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Kubernetes: 5 minutes.</summary>
    public TimeSpan RestartBackoffMost { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Where a part of the cluster finds the API server: asked once for <c>controllers</c>, and for <c>kubelet/NODE</c> and
    /// <c>pods/NODE</c> of each node, with the server's own address. Null: all go straight to the server.
    /// </summary>
    public Func<string, Uri, Uri>? Route { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILoggerFactory? LoggerFactory { get; init; }
}
