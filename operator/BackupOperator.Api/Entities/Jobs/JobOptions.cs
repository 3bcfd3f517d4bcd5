using System.Text.Json.Nodes;

namespace BackupOperator.Api.Entities;

/// <summary>How the Job of a run is to look.</summary>
public sealed class JobOptions
{
    [Length(1, 1024)]
    [Description("Image of the sidecar. Default: the operator's setting.")]
    public string? Image { get; set; }

    [Items(maxItems: 16)]
    public List<V1LocalObjectReference>? ImagePullSecrets { get; set; }

    [Description("Requests and limits of the sidecar.")]
    public V1ResourceRequirements? Resources { get; set; }

    public Dictionary<string, string>? NodeSelector { get; set; }

    [Items(maxItems: 64)]
    public List<V1Toleration>? Tolerations { get; set; }

    [PreserveUnknownFields]
    [Description("As in a pod. The node of the database is added where the claim demands it.")]
    public JsonObject? Affinity { get; set; }

    [Length(1, 253)]
    public string? PriorityClassName { get; set; }

    [Description("Labels of the Job and its pods.")]
    public Dictionary<string, string>? Labels { get; set; }

    [Description("Annotations of the Job and its pods.")]
    public Dictionary<string, string>? Annotations { get; set; }

    [Description("Annotations of the ServiceAccount, such as the role of a cloud.")]
    public Dictionary<string, string>? ServiceAccountAnnotations { get; set; }

    [Description("As in a pod; each field that is set takes the place of the default. Without runAsUser the owner of the data directory is found.")]
    public V1PodSecurityContext? PodSecurityContext { get; set; }

    [Description("As in a container; each field that is set takes the place of the default.")]
    public V1SecurityContext? ContainerSecurityContext { get; set; }

    [Items(maxItems: 64)]
    [Description("Further environment variables of the sidecar.")]
    public List<V1EnvVar>? Env { get; set; }
}
