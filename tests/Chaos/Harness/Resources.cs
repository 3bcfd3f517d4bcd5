using BackupOperator.TestSupport.Manifests;

namespace BackupOperator.Chaos.Harness;

/// <summary>The resources as a user writes them.</summary>
internal static class Resources
{
    public const string Password = "chaos secret";

    /// <summary>A file of this name in the data directory keeps a server that <paramref name="refusesBroken"/> from starting.</summary>
    public const string BrokenFile = "broken";

    public const string OperatorNamespace = "backup-operator";

    /// <summary>The user that the operator is: everything that it does is done with the rights that it is installed with.</summary>
    public const string OperatorUser = $"system:serviceaccount:{OperatorNamespace}:operator";

    public const string OperatorAccess = $$"""
        apiVersion: v1
        kind: Namespace
        metadata:
          name: {{OperatorNamespace}}
        ---
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: operator
          namespace: {{OperatorNamespace}}
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata:
          name: mysql-backup-operator
        roleRef:
          apiGroup: rbac.authorization.k8s.io
          kind: ClusterRole
          name: mysql-backup-operator
        subjects:
          - kind: ServiceAccount
            name: operator
            namespace: {{OperatorNamespace}}
        """;

    public static string Database(string @namespace, string node, bool refusesBroken) => new SampleDatabase(@namespace, LocalCluster.Images.StandardImages.MariaDb, Password)
    {
        GraceSeconds = 120,
        Node = node,
        Shell = (refusesBroken ? $"[ ! -e /var/lib/mysql/{BrokenFile} ] || exit 1; " : "")
            + "exec docker-entrypoint.sh mariadbd --innodb-log-file-size=8M --innodb-buffer-pool-size=24M",
    }.ToYaml();

    public static string Backup(Lane lane, string name, bool precopy) => $$"""
        apiVersion: mysqlbackup.io/v1alpha1
        kind: MySqlBackup
        metadata:
          name: {{name}}
          namespace: {{lane.Namespace}}
        spec:
          target:
            statefulSet: db
            connection:
              host: {{lane.DatabaseHost}}
              secretRef:
                name: db
          storage:
        {{Storage(lane, lane.Bucket, "    ")}}
          cold:
            precopy: {{(precopy ? "true" : "false")}}
            maxDowntime: 10m
          verification: {level: ReadBack}
          backoffLimit: 3
          timeouts: {preparing: 3m, quiesce: 150s, resume: 3m, total: 15m}
        """;

    public static string Restore(Lane lane, string name, string path) => $$"""
        apiVersion: mysqlbackup.io/v1alpha1
        kind: MySqlRestore
        metadata:
          name: {{name}}
          namespace: {{lane.Namespace}}
        spec:
          source:
            location:
              path: {{path}}
              storage:
        {{Storage(lane, lane.Base.Bucket, "        ")}}
          target:
            statefulSet: db
            connection:
              host: {{lane.DatabaseHost}}
              secretRef:
                name: db
          safety: {keepPrevious: 0s, maxDowntime: 10m}
          backoffLimit: 3
          timeouts: {preparing: 3m, quiesce: 150s, resume: 3m, total: 15m}
        """;

    // One part at a time, of the smallest size: a hold stops the run where it is.
    private static string Storage(Lane lane, string bucket, string indent) => string.Join('\n', new[]
    {
        "s3:",
        $"  bucket: {bucket}",
        $"  endpoint: http://127.0.0.1:{lane.StoreGate.Port}",
        "  region: us-east-1",
        "  forcePathStyle: true",
        "  partSize: 5Mi",
        "  concurrency: 1",
        "  credentialsSecretRef: {name: s3}",
    }.Select(line => indent + line));
}
