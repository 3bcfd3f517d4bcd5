using System.Net;

namespace BackupOperator.LocalCluster.ApiServer;

/// <summary>How to start a <see cref="LocalApiServer"/>.</summary>
public sealed record ApiServerOptions
{
    /// <summary>0 for any free port.</summary>
    public int Port { get; init; }

    /// <summary>Where to listen; further addresses than loopback let containers in network namespaces of their own reach it.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Makes generated names; the default is seeded anew for each server.</summary>
    public Random Random { get; init; } = new();

    /// <summary>How many changes of each kind stay readable for watches.</summary>
    public int HistoryLimit { get; init; } = 4096;

    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Where the admin's kubeconfig is written; null for a new file in the temporary directory that is removed at the end.</summary>
    public string? KubeconfigPath { get; init; }

    /// <summary>Namespaces besides those that every cluster has.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];
}
