using System.Text.Json.Nodes;

namespace BackupOperator.Kubernetes.Models;

/// <summary>A question that tells whether a container lives or serves; one of its four actions is set.</summary>
public sealed class V1Probe
{
    public V1ExecAction? Exec { get; set; }

    public V1HttpGetAction? HttpGet { get; set; }

    public V1TcpSocketAction? TcpSocket { get; set; }

    public JsonNode? Grpc { get; set; }

    public int? InitialDelaySeconds { get; set; }

    public int? PeriodSeconds { get; set; }

    public int? TimeoutSeconds { get; set; }

    public int? SuccessThreshold { get; set; }

    public int? FailureThreshold { get; set; }
}

public sealed class V1ExecAction
{
    public List<string>? Command { get; set; }
}

public sealed class V1HttpGetAction
{
    public string? Path { get; set; }

    public IntOrString? Port { get; set; }

    public string? Host { get; set; }

    public string? Scheme { get; set; }
}

public sealed class V1TcpSocketAction
{
    public IntOrString? Port { get; set; }

    public string? Host { get; set; }
}
