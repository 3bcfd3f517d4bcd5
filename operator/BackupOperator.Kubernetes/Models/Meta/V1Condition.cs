using BackupOperator.Kubernetes.Crds.Attributes;

namespace BackupOperator.Kubernetes.Models;


/// <summary>One aspect of an object's state (<c>meta/v1 Condition</c>; older kinds leave out some of the fields).</summary>
public sealed record V1Condition
{
    [Required]
    public string Type { get; init; } = "";

    /// <summary>True, False or Unknown.</summary>
    [Required]
    public string Status { get; init; } = "Unknown";

    public long? ObservedGeneration { get; init; }

    /// <summary>Changes only when <see cref="Status"/> does.</summary>
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>One word in CamelCase.</summary>
    public string? Reason { get; init; }

    public string? Message { get; init; }
}
