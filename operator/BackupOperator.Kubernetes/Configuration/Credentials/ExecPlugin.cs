using System.Text.Json.Nodes;

namespace BackupOperator.Kubernetes.Configuration.Credentials;

/// <summary>A command that prints credentials (<c>client.authentication.k8s.io</c>).</summary>
internal sealed record ExecPlugin
{
    public const string V1 = "client.authentication.k8s.io/v1";
    public const string V1Beta1 = "client.authentication.k8s.io/v1beta1";

    public required string ApiVersion { get; init; }

    public required string Command { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Told to people whose machine lacks the command.</summary>
    public string? InstallHint { get; init; }

    /// <summary>What the plugin is told of the cluster; null where it does not ask.</summary>
    public JsonObject? Cluster { get; init; }
}
