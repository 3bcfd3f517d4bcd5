namespace BackupOperator.Kubernetes.Models;


public static class KubernetesObjectExtensions
{
    /// <summary>A reference that makes <paramref name="owner"/> the controller of what carries it.</summary>
    public static V1OwnerReference ToOwnerReference(this IKubernetesObject owner, bool controller = true, bool blockOwnerDeletion = true) =>
        new()
        {
            ApiVersion = owner.ApiVersion,
            Kind = owner.Kind,
            Name = owner.Metadata.Name,
            Uid = owner.Metadata.Uid,
            Controller = controller,
            BlockOwnerDeletion = blockOwnerDeletion,
        };

    /// <summary>Whether <paramref name="entity"/> names <paramref name="owner"/> (by uid) as one of its owners.</summary>
    public static bool IsOwnedBy(this IKubernetesObject entity, IKubernetesObject owner) =>
        owner.Metadata.Uid is { } uid && entity.Metadata.OwnerReferences?.Exists(o => o.Uid == uid) == true;

    public static V1OwnerReference? ControllerReference(this IKubernetesObject entity) =>
        entity.Metadata.OwnerReferences?.Find(o => o.Controller == true);

    public static string? Annotation(this IKubernetesObject entity, string key) =>
        entity.Metadata.Annotations?.GetValueOrDefault(key);

    public static string? Label(this IKubernetesObject entity, string key) =>
        entity.Metadata.Labels?.GetValueOrDefault(key);

    /// <summary>A reference for events and other places that name an object.</summary>
    public static V1ObjectReference ToObjectReference(this IKubernetesObject entity) =>
        new()
        {
            ApiVersion = entity.ApiVersion,
            Kind = entity.Kind,
            Namespace = entity.Metadata.Namespace,
            Name = entity.Metadata.Name,
            Uid = entity.Metadata.Uid,
            ResourceVersion = entity.Metadata.ResourceVersion,
        };
}
