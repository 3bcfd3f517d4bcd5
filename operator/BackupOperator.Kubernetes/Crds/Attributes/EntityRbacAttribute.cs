namespace BackupOperator.Kubernetes.Crds.Attributes;

/// <summary>What a controller does with some kinds; the operator's ClusterRole is made of these.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class EntityRbacAttribute(params Type[] entities) : Attribute
{
    public IReadOnlyList<Type> Entities { get; } = entities;

    public RbacVerb Verbs { get; set; }

    /// <summary>A subresource, such as <c>status</c>; null for the objects themselves.</summary>
    public string? Subresource { get; set; }
}

/// <summary>The verbs of RBAC.</summary>
[Flags]
public enum RbacVerb
{
    None = 0,
    Get = 1,
    List = 2,
    Watch = 4,
    Create = 8,
    Update = 16,
    Patch = 32,
    Delete = 64,
    DeleteCollection = 128,
    Read = Get | List | Watch,
    All = Read | Create | Update | Patch | Delete | DeleteCollection,
}
