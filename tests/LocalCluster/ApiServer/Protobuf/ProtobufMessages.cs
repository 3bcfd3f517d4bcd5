namespace BackupOperator.LocalCluster.ApiServer.Protobuf;

/// <summary>The field numbers of the kinds that kubectl sends in binary form (the generated.proto files of k8s.io/api).</summary>
internal static class ProtobufMessages
{
    public static ProtobufMessage Envelope { get; } = new(
        (1, new("typeMeta", "message", new((1, new("apiVersion", "text")), (2, new("kind", "text"))))),
        (2, new("raw", "bytes")));

    private static readonly ProtobufMessage Time = new((1, new("seconds", "int")), (2, new("nanos", "int")));

    private static readonly ProtobufMessage OwnerReference = new(
        (1, new("kind", "text")), (3, new("name", "text")), (4, new("uid", "text")), (5, new("apiVersion", "text")), (6, new("controller", "bool")), (7, new("blockOwnerDeletion", "bool")));

    private static readonly ProtobufMessage Metadata = new(
        (1, new("name", "text")),
        (2, new("generateName", "text")),
        (3, new("namespace", "text")),
        (5, new("uid", "text")),
        (6, new("resourceVersion", "text")),
        (8, new("creationTimestamp", "time", Time)),
        (11, new("labels", "map")),
        (12, new("annotations", "map")),
        (13, new("ownerReferences", "messages", OwnerReference)),
        (14, new("finalizers", "texts")));

    private static readonly ProtobufMessage Reference = new((1, new("name", "text")));

    private static readonly ProtobufMessage PolicyRule = new(
        (1, new("verbs", "texts")), (2, new("apiGroups", "texts")), (3, new("resources", "texts")), (4, new("resourceNames", "texts")), (5, new("nonResourceURLs", "texts")));

    private static readonly ProtobufMessage Subject = new((1, new("kind", "text")), (2, new("apiGroup", "text")), (3, new("name", "text")), (4, new("namespace", "text")));

    private static readonly ProtobufMessage RoleRef = new((1, new("apiGroup", "text")), (2, new("kind", "text")), (3, new("name", "text")));

    private static readonly ProtobufMessage ResourceAttributes = new(
        (1, new("namespace", "text")), (2, new("verb", "text")), (3, new("group", "text")), (4, new("version", "text")), (5, new("resource", "text")), (6, new("subresource", "text")), (7, new("name", "text")));

    private static readonly Dictionary<string, ProtobufMessage> Kinds = new(StringComparer.Ordinal)
    {
        ["Namespace"] = Object(),
        ["ConfigMap"] = Object((2, new("data", "map")), (3, new("binaryData", "bytesMap")), (4, new("immutable", "bool"))),
        ["Secret"] = Object((2, new("data", "bytesMap")), (3, new("type", "text")), (4, new("stringData", "map")), (5, new("immutable", "bool"))),
        ["ServiceAccount"] = Object((3, new("imagePullSecrets", "messages", Reference)), (4, new("automountServiceAccountToken", "bool"))),
        ["Role"] = Object((2, new("rules", "messages", PolicyRule))),
        ["ClusterRole"] = Object((2, new("rules", "messages", PolicyRule))),
        ["RoleBinding"] = Object((2, new("subjects", "messages", Subject)), (3, new("roleRef", "message", RoleRef))),
        ["ClusterRoleBinding"] = Object((2, new("subjects", "messages", Subject)), (3, new("roleRef", "message", RoleRef))),
        ["TokenRequest"] = Object((2, new("spec", "message", new((1, new("audiences", "texts")), (4, new("expirationSeconds", "int")))))),
        ["SelfSubjectAccessReview"] = Object((2, new("spec", "message", new(
            (1, new("resourceAttributes", "message", ResourceAttributes)),
            (2, new("nonResourceAttributes", "message", new((1, new("path", "text")), (2, new("verb", "text"))))))))),
        ["SelfSubjectReview"] = Object(),
        ["SelfSubjectRulesReview"] = Object((2, new("spec", "message", new((1, new("namespace", "text")))))),
        ["DeleteOptions"] = new(
            (1, new("gracePeriodSeconds", "int")),
            (2, new("preconditions", "message", new((1, new("uid", "text")), (2, new("resourceVersion", "text"))))),
            (4, new("propagationPolicy", "text")),
            (5, new("dryRun", "texts"))),
    };

    public static ProtobufMessage? Of(string kind) => Kinds.GetValueOrDefault(kind);

    private static ProtobufMessage Object(params (int Number, ProtobufField Field)[] fields) => new([(1, new("metadata", "message", Metadata)), .. fields]);
}
