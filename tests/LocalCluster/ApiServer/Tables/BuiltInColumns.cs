namespace BackupOperator.LocalCluster.ApiServer.Tables;

/// <summary>The columns of the built-in kinds (<c>pkg/printers/internalversion</c>).</summary>
internal static class BuiltInColumns
{
    public static IReadOnlyList<TableColumn> Of(string group, string plural)
    {
        IReadOnlyList<TableColumn> columns = (group, plural) switch
        {
            ("", "pods") => PodColumns.All,
            ("apps", "statefulsets") => [Name, Ready("status", "readyReplicas"), Age, .. Containers],
            ("apps", "deployments") => [Name, Ready("status", "readyReplicas"), Count("Up-to-date", "status", "updatedReplicas"), Count("Available", "status", "availableReplicas"), Age, .. Containers],
            ("apps", "replicasets") => [Name, Count("Desired", "spec", "replicas"), Count("Current", "status", "replicas"), Count("Ready", "status", "readyReplicas"), Age, .. Containers],
            ("batch", "jobs") => JobColumns.All,
            ("batch", "cronjobs") => [Name, TableColumn.At("Schedule", "spec", "schedule"), TableColumn.Text("Timezone", body => body.Text("spec", "timeZone") ?? "<none>"), TableColumn.Text("Suspend", body => body.Flag("spec", "suspend") ? "True" : "False"), new("Active", "integer", "", "", 0, (body, _) => body.Objects("status", "active").Count()), AgeOf("Last Schedule", "<none>", "status", "lastScheduleTime"), Age],
            (_, "events") => EventColumns.All,
            ("", "persistentvolumeclaims") =>
            [
                Name,
                TableColumn.Text("Status", body => Deleted(body) ? "Terminating" : body.Text("status", "phase")),
                TableColumn.Text("Volume", body => body.Text("spec", "volumeName") ?? ""),
                TableColumn.Text("Capacity", body => body.Text("status", "capacity", "storage") ?? ""),
                TableColumn.Text("Access Modes", body => AccessModes(body.Texts(body.At("status", "accessModes") is null ? ["spec", "none"] : ["status", "accessModes"]))),
                TableColumn.Text("StorageClass", body => body.Text("spec", "storageClassName") ?? ""),
                TableColumn.Text("VolumeAttributesClass", body => body.Text("spec", "volumeAttributesClassName") ?? "<unset>"),
                Age,
                TableColumn.Wide("VolumeMode", "spec", "volumeMode"),
            ],
            ("", "persistentvolumes") =>
            [
                Name,
                TableColumn.At("Capacity", "spec", "capacity", "storage"),
                TableColumn.Text("Access Modes", body => AccessModes(body.Texts("spec", "accessModes"))),
                TableColumn.At("Reclaim Policy", "spec", "persistentVolumeReclaimPolicy"),
                TableColumn.Text("Status", body => Deleted(body) ? "Terminating" : body.Text("status", "phase")),
                TableColumn.Text("Claim", body => body.At("spec", "claimRef") is null ? "" : $"{body.Text("spec", "claimRef", "namespace")}/{body.Text("spec", "claimRef", "name")}"),
                TableColumn.Text("StorageClass", body => body.Text("spec", "storageClassName") ?? ""),
                TableColumn.Text("VolumeAttributesClass", body => body.Text("spec", "volumeAttributesClassName") ?? "<unset>"),
                TableColumn.Text("Reason", body => body.Text("status", "reason") ?? ""),
                Age,
                TableColumn.Wide("VolumeMode", "spec", "volumeMode"),
            ],
            ("", "namespaces") => [Name, TableColumn.At("Status", "status", "phase"), Age],
            ("", "nodes") =>
            [
                Name,
                TableColumn.Text("Status", body => (body.Objects("status", "conditions").Any(condition => condition.Text("type") == "Ready" && condition.Text("status") == "True") ? "Ready" : "NotReady") + (body.Flag("spec", "unschedulable") ? ",SchedulingDisabled" : "")),
                TableColumn.Text("Roles", _ => "<none>"),
                Age,
                TableColumn.Text("Version", body => body.Text("status", "nodeInfo", "kubeletVersion") ?? ""),
            ],
            ("", "services") =>
            [
                Name,
                TableColumn.At("Type", "spec", "type"),
                TableColumn.Text("Cluster-IP", body => body.Text("spec", "clusterIP") ?? "<none>"),
                TableColumn.Text("External-IP", _ => "<none>"),
                TableColumn.Text("Port(s)", body => body.Objects("spec", "ports").Any() ? string.Join(',', body.Objects("spec", "ports").Select(port => $"{port.Number("port")}/{port.Text("protocol") ?? "TCP"}")) : "<none>"),
                Age,
                TableColumn.Text("Selector", body => Labels(body.At("spec", "selector") as JsonObject), 1),
            ],
            ("", "secrets") => [Name, TableColumn.At("Type", "type"), Sizes("Data", "data"), Age],
            ("", "configmaps") => [Name, Sizes("Data", "data", "binaryData"), Age],
            ("", "serviceaccounts") => [Name, new("Secrets", "string", "", "", 0, (body, _) => body.Objects("secrets").Count().ToString(CultureInfo.InvariantCulture)), Age],
            ("coordination.k8s.io", "leases") => [Name, TableColumn.Text("Holder", body => body.Text("spec", "holderIdentity") ?? ""), Age],
            ("policy", "poddisruptionbudgets") => [Name, OrNone("Min Available", "spec", "minAvailable"), OrNone("Max Unavailable", "spec", "maxUnavailable"), Count("Allowed Disruptions", "status", "disruptionsAllowed"), Age],
            ("rbac.authorization.k8s.io", "roles" or "clusterroles") or ("apiextensions.k8s.io", _) => [Name, new("Created At", "date", "", "", 0, (body, _) => body.Text("metadata", "creationTimestamp"))],
            ("rbac.authorization.k8s.io", _) => [Name, TableColumn.Text("Role", body => $"{body.Text("roleRef", "kind")}/{body.Text("roleRef", "name")}"), Age, Subjects("Users", "User"), Subjects("Groups", "Group"), Subjects("ServiceAccounts", "ServiceAccount")],
            ("storage.k8s.io", "storageclasses") =>
            [
                TableColumn.NameColumn with { Cell = (body, _) => body.Text("metadata", "name") + (body.Text("metadata", "annotations", "storageclass.kubernetes.io/is-default-class") == "true" ? " (default)" : "") },
                TableColumn.At("Provisioner", "provisioner"),
                TableColumn.At("ReclaimPolicy", "reclaimPolicy"),
                TableColumn.At("VolumeBindingMode", "volumeBindingMode"),
                new("AllowVolumeExpansion", "string", "", "", 0, (body, _) => body.Flag("allowVolumeExpansion")),
                Age,
            ],
            _ => [Name, Age],
        };
        return columns;
    }

    /// <summary>The columns Containers and Images of workloads.</summary>
    public static IReadOnlyList<TableColumn> Containers { get; } =
    [
        TableColumn.Text("Containers", body => string.Join(',', body.Objects("spec", "template", "spec", "containers").Select(container => container.Text("name"))), 1),
        TableColumn.Text("Images", body => string.Join(',', body.Objects("spec", "template", "spec", "containers").Select(container => container.Text("image"))), 1),
    ];

    public static string Labels(JsonObject? labels) => labels is { Count: > 0 } ? string.Join(',', labels.Select(pair => $"{pair.Key}={pair.Value.Text()}")) : "<none>";

    public static TableColumn AgeOf(string name, string absent, params string[] path) =>
        new(name, "string", "", "", 0, (body, now) => body.Text(path) is { } time ? HumanDuration.Since(time, now) : absent);

    private static TableColumn Name => TableColumn.NameColumn;

    private static TableColumn Age => TableColumn.Age;

    private static bool Deleted(JsonObject body) => body.Text("metadata", "deletionTimestamp") is not null;

    private static TableColumn Ready(params string[] path) =>
        TableColumn.Text("Ready", body => $"{body.Number(path) ?? 0}/{body.Number("spec", "replicas") ?? 0}");

    private static TableColumn Count(string name, params string[] path) => new(name, "integer", "", "", 0, (body, _) => body.Number(path) ?? 0);

    private static TableColumn OrNone(string name, params string[] path) => TableColumn.Text(name, body => body.At(path) is { } value ? value.Text() ?? value.ToJsonString() : "N/A");

    private static TableColumn Sizes(string name, params string[] maps) => new(name, "string", "", "", 0, (body, _) => maps.Sum(map => (body[map] as JsonObject)?.Count ?? 0));

    private static TableColumn Subjects(string name, string kind) => TableColumn.Text(
        name,
        body => string.Join(", ", body.Objects("subjects").Where(subject => subject.Text("kind") == kind).Select(subject => kind == "ServiceAccount" ? $"{subject.Text("namespace")}/{subject.Text("name")}" : subject.Text("name"))),
        1);

    private static string AccessModes(IEnumerable<string> modes) => string.Join(',', modes.Select(mode => mode switch
    {
        "ReadWriteOnce" => "RWO",
        "ReadOnlyMany" => "ROX",
        "ReadWriteMany" => "RWX",
        _ => "RWOP",
    }));
}
