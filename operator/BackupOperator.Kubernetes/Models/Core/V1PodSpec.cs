using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace BackupOperator.Kubernetes.Models;

/// <summary>How a pod is to run. Fields that are not modelled are kept in <see cref="Other"/>.</summary>
public sealed class V1PodSpec
{
    public List<V1Container>? Containers { get; set; }

    public List<V1Container>? InitContainers { get; set; }

    public List<V1Volume>? Volumes { get; set; }

    /// <summary>Always, OnFailure or Never.</summary>
    public string? RestartPolicy { get; set; }

    public string? ServiceAccountName { get; set; }

    public bool? AutomountServiceAccountToken { get; set; }

    /// <summary>The node: set by the scheduler, or by the creator to bypass it.</summary>
    public string? NodeName { get; set; }

    public Dictionary<string, string>? NodeSelector { get; set; }

    public JsonNode? Affinity { get; set; }

    public List<V1Toleration>? Tolerations { get; set; }

    public JsonNode? TopologySpreadConstraints { get; set; }

    public string? PriorityClassName { get; set; }

    public V1PodSecurityContext? SecurityContext { get; set; }

    public List<V1LocalObjectReference>? ImagePullSecrets { get; set; }

    public long? TerminationGracePeriodSeconds { get; set; }

    public long? ActiveDeadlineSeconds { get; set; }

    public string? Hostname { get; set; }

    public string? Subdomain { get; set; }

    public bool? EnableServiceLinks { get; set; }

    public bool? HostNetwork { get; set; }

    public string? SchedulerName { get; set; }

    /// <summary>Fields of the API that this model does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }
}

/// <summary>Lets a pod onto a node that has a taint.</summary>
public sealed class V1Toleration
{
    public string? Key { get; set; }

    /// <summary>Equal or Exists.</summary>
    public string? Operator { get; set; }

    public string? Value { get; set; }

    public string? Effect { get; set; }

    public long? TolerationSeconds { get; set; }
}
