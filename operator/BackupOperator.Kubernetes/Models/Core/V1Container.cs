using System.Text.Json;
using System.Text.Json.Serialization;

namespace BackupOperator.Kubernetes.Models;

/// <summary>One container of a pod. Fields that are not modelled are kept in <see cref="Other"/>.</summary>
public sealed class V1Container
{
    public string? Name { get; set; }

    public string? Image { get; set; }

    /// <summary>Always, IfNotPresent or Never.</summary>
    public string? ImagePullPolicy { get; set; }

    public List<string>? Command { get; set; }

    public List<string>? Args { get; set; }

    public string? WorkingDir { get; set; }

    public List<V1EnvVar>? Env { get; set; }

    public List<V1EnvFromSource>? EnvFrom { get; set; }

    public List<V1ContainerPort>? Ports { get; set; }

    public List<V1VolumeMount>? VolumeMounts { get; set; }

    public V1ResourceRequirements? Resources { get; set; }

    public V1SecurityContext? SecurityContext { get; set; }

    public V1Probe? LivenessProbe { get; set; }

    public V1Probe? ReadinessProbe { get; set; }

    public V1Probe? StartupProbe { get; set; }

    public string? TerminationMessagePath { get; set; }

    /// <summary>File or FallbackToLogsOnError.</summary>
    public string? TerminationMessagePolicy { get; set; }

    /// <summary>Of an init container: Always makes it a sidecar.</summary>
    public string? RestartPolicy { get; set; }

    /// <summary>Fields of the API that this model does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }
}

public sealed class V1ContainerPort
{
    public string? Name { get; set; }

    public int? ContainerPort { get; set; }

    public int? HostPort { get; set; }

    public string? Protocol { get; set; }
}

/// <summary>Shows a volume of the pod, or a folder of it, in a container.</summary>
public sealed class V1VolumeMount
{
    public string? Name { get; set; }

    public string? MountPath { get; set; }

    public string? SubPath { get; set; }

    public string? SubPathExpr { get; set; }

    public bool? ReadOnly { get; set; }

    public string? MountPropagation { get; set; }
}

public sealed class V1ResourceRequirements
{
    public Dictionary<string, ResourceQuantity>? Requests { get; set; }

    public Dictionary<string, ResourceQuantity>? Limits { get; set; }
}
