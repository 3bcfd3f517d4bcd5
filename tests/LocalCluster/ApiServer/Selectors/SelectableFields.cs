namespace BackupOperator.LocalCluster.ApiServer.Selectors;

/// <summary>The fields by which objects of the built-in kinds may be selected.</summary>
internal static class SelectableFields
{
    public static IReadOnlyList<string> Of(string group, string plural) => (group, plural) switch
    {
        ("", "pods") => ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName"],
        ("", "events") => ["involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type"],
        ("events.k8s.io", "events") => ["regarding.kind", "regarding.namespace", "regarding.name", "regarding.uid", "regarding.apiVersion", "regarding.resourceVersion", "regarding.fieldPath", "reason", "reportingController", "type"],
        ("", "secrets") => ["type"],
        ("", "namespaces") => ["status.phase"],
        ("", "nodes") => ["spec.unschedulable"],
        ("", "services") => ["spec.clusterIP", "spec.type"],
        ("", "replicationcontrollers") or ("apps", "replicasets") => ["status.replicas"],
        ("batch", "jobs") => ["status.successful"],
        _ => [],
    };
}
