namespace BackupOperator.Kubernetes.Models;


/// <summary>A variable of a container's environment.</summary>
public sealed class V1EnvVar
{
    public string? Name { get; set; }

    public string? Value { get; set; }

    public V1EnvVarSource? ValueFrom { get; set; }
}

/// <summary>Where a variable's value comes from; one of its parts.</summary>
public sealed class V1EnvVarSource
{
    public V1ObjectFieldSelector? FieldRef { get; set; }

    public V1KeySelector? SecretKeyRef { get; set; }

    public V1KeySelector? ConfigMapKeyRef { get; set; }

    public V1ResourceFieldSelector? ResourceFieldRef { get; set; }
}

public sealed class V1ObjectFieldSelector
{
    public string? ApiVersion { get; set; }

    public string? FieldPath { get; set; }
}

public sealed class V1ResourceFieldSelector
{
    public string? ContainerName { get; set; }

    public string? Resource { get; set; }

    public ResourceQuantity? Divisor { get; set; }
}

/// <summary>A key of a Secret or ConfigMap.</summary>
public sealed class V1KeySelector
{
    public string? Name { get; set; }

    public string? Key { get; set; }

    public bool? Optional { get; set; }
}

/// <summary>All keys of a Secret or ConfigMap as variables.</summary>
public sealed class V1EnvFromSource
{
    public string? Prefix { get; set; }

    public V1EnvFromReference? SecretRef { get; set; }

    public V1EnvFromReference? ConfigMapRef { get; set; }
}

public sealed class V1EnvFromReference
{
    public string? Name { get; set; }

    public bool? Optional { get; set; }
}
