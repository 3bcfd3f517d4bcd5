namespace BackupOperator.Kubernetes.Models;


/// <summary>Names an object anywhere (<c>core/v1 ObjectReference</c>).</summary>
public sealed class V1ObjectReference
{
    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }

    public string? Namespace { get; set; }

    public string? Name { get; set; }

    public string? Uid { get; set; }

    public string? ResourceVersion { get; set; }

    public string? FieldPath { get; set; }
}

/// <summary>Names an object of a known kind in the same namespace.</summary>
public sealed class V1LocalObjectReference
{
    public string? Name { get; set; }
}
