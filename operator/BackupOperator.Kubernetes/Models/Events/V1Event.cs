using System.Text.Json.Serialization;
using BackupOperator.Kubernetes.Serialization;

namespace BackupOperator.Kubernetes.Models;

/// <summary>Tells people what happened to an object (<c>core/v1 Event</c>, which <c>kubectl describe</c> shows).</summary>
[KubernetesEntity(Kind = "Event", PluralName = "events")]
public sealed class V1Event : KubernetesObject
{
    public V1ObjectReference? InvolvedObject { get; set; }

    /// <summary>One word in CamelCase.</summary>
    public string? Reason { get; set; }

    public string? Message { get; set; }

    /// <summary>Normal or Warning.</summary>
    public string? Type { get; set; }

    public V1EventSource? Source { get; set; }

    public DateTimeOffset? FirstTimestamp { get; set; }

    public DateTimeOffset? LastTimestamp { get; set; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? EventTime { get; set; }

    public int? Count { get; set; }

    public string? Action { get; set; }

    public string? ReportingComponent { get; set; }

    public string? ReportingInstance { get; set; }
}

public sealed class V1EventSource
{
    public string? Component { get; set; }

    public string? Host { get; set; }
}
