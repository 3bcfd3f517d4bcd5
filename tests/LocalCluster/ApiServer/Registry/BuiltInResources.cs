using BackupOperator.LocalCluster.ApiServer.Schema;

namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>The built-in resources of Kubernetes 1.32 that LocalCluster serves.</summary>
internal static class BuiltInResources
{
    public static IReadOnlyList<ResourceDefinition> All { get; } =
    [
        Core("namespaces", "Namespace", namespaced: false, shortNames: ["ns"], status: true, strategy: new NamespaceStrategy()),
        Core("nodes", "Node", namespaced: false, shortNames: ["no"], status: true),
        Core("pods", "Pod", shortNames: ["po"], categories: ["all"], status: true, strategy: new PodStrategy()),
        Core("podtemplates", "PodTemplate"),
        Core("services", "Service", shortNames: ["svc"], categories: ["all"], status: true, strategy: new ServiceStrategy()),
        Core("endpoints", "Endpoints", shortNames: ["ep"], singular: "endpoints"),
        Core("configmaps", "ConfigMap", shortNames: ["cm"], strategy: new ImmutableDataStrategy()),
        Core("secrets", "Secret", strategy: new SecretStrategy()),
        Core("serviceaccounts", "ServiceAccount", shortNames: ["sa"]),
        Core("persistentvolumes", "PersistentVolume", namespaced: false, shortNames: ["pv"], status: true, strategy: new PhaseStrategy("Pending")),
        Core("persistentvolumeclaims", "PersistentVolumeClaim", shortNames: ["pvc"], status: true, strategy: new PersistentVolumeClaimStrategy()),
        Core("events", "Event", shortNames: ["ev"], strategy: new EventStrategy(isNew: false)),
        Core("resourcequotas", "ResourceQuota", shortNames: ["quota"], status: true),
        Core("limitranges", "LimitRange", shortNames: ["limits"]),
        Core("replicationcontrollers", "ReplicationController", shortNames: ["rc"], categories: ["all"], status: true, generation: true),
        In("events.k8s.io", "v1", "events", "Event", shortNames: ["ev"], storage: "/events", strategy: new EventStrategy(isNew: true)),
        In("apps", "v1", "statefulsets", "StatefulSet", shortNames: ["sts"], categories: ["all"], status: true, generation: true, scale: true, strategy: new StatefulSetStrategy()),
        In("apps", "v1", "deployments", "Deployment", shortNames: ["deploy"], categories: ["all"], status: true, generation: true, scale: true),
        In("apps", "v1", "replicasets", "ReplicaSet", shortNames: ["rs"], categories: ["all"], status: true, generation: true, scale: true),
        In("apps", "v1", "daemonsets", "DaemonSet", shortNames: ["ds"], categories: ["all"], status: true, generation: true),
        In("apps", "v1", "controllerrevisions", "ControllerRevision"),
        In("batch", "v1", "jobs", "Job", categories: ["all"], status: true, generation: true, strategy: new JobStrategy()),
        In("batch", "v1", "cronjobs", "CronJob", shortNames: ["cj"], categories: ["all"], status: true, generation: true),
        In("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", shortNames: ["hpa"], categories: ["all"], status: true),
        In("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", shortNames: ["pdb"], status: true, generation: true),
        In("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", shortNames: ["netpol"], generation: true),
        In("networking.k8s.io", "v1", "ingresses", "Ingress", shortNames: ["ing"], status: true, generation: true),
        In("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", generation: true),
        In("rbac.authorization.k8s.io", "v1", "roles", "Role"),
        In("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", strategy: new RoleBindingStrategy()),
        In("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", namespaced: false),
        In("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", namespaced: false, strategy: new RoleBindingStrategy()),
        In("coordination.k8s.io", "v1", "leases", "Lease"),
        In("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", namespaced: false, shortNames: ["pc"]),
        In("storage.k8s.io", "v1", "storageclasses", "StorageClass", namespaced: false, shortNames: ["sc"]),
        In("storage.k8s.io", "v1", "volumeattachments", "VolumeAttachment", namespaced: false, status: true),
        In("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", namespaced: false, shortNames: ["crd", "crds"], categories: ["api-extensions"], status: true, generation: true, strategy: new CustomResourceDefinitionStrategy()),
    ];

    private static ResourceDefinition Core(
        string plural,
        string kind,
        bool namespaced = true,
        string[]? shortNames = null,
        string[]? categories = null,
        bool status = false,
        bool generation = false,
        string? singular = null,
        ResourceStrategy? strategy = null) =>
        In("", "v1", plural, kind, namespaced, shortNames, categories, status, generation, singular: singular, strategy: strategy);

    private static ResourceDefinition In(
        string group,
        string version,
        string plural,
        string kind,
        bool namespaced = true,
        string[]? shortNames = null,
        string[]? categories = null,
        bool status = false,
        bool generation = false,
        bool scale = false,
        string? singular = null,
        string? storage = null,
        ResourceStrategy? strategy = null) => new()
        {
            Group = group,
            Version = version,
            Plural = plural,
            Kind = kind,
            SingularName = singular,
            Namespaced = namespaced,
            ShortNames = shortNames ?? [],
            Categories = categories ?? [],
            Schema = BuiltInSchemas.Of(group == "events.k8s.io" ? "" : kind),
            HasStatus = status,
            HasGeneration = generation,
            Scale = scale ? ScalePaths.BuiltIn : null,
            Strategy = strategy ?? ResourceStrategy.None,
            StorageKind = storage ?? $"{group}/{plural}",
        };
}
