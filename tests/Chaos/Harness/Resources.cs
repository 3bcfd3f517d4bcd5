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

    public static string Database(string @namespace, string node, bool refusesBroken) => $$"""
        apiVersion: v1
        kind: Namespace
        metadata:
          name: {{@namespace}}
        ---
        apiVersion: v1
        kind: Secret
        metadata:
          name: db
          namespace: {{@namespace}}
        stringData:
          username: root
          password: {{Password}}
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata:
          name: db
          namespace: {{@namespace}}
        spec:
          serviceName: db
          replicas: 1
          selector:
            matchLabels:
              app: db
          template:
            metadata:
              labels:
                app: db
            spec:
              terminationGracePeriodSeconds: 120
              nodeSelector:
                kubernetes.io/hostname: {{node}}
              containers:
                - name: server
                  image: {{LocalCluster.Images.StandardImages.MariaDb}}
                  command: ["/bin/sh", "-c"]
                  args:
                    - '{{(refusesBroken ? $"[ ! -e /var/lib/mysql/{BrokenFile} ] || exit 1; " : "")}}exec docker-entrypoint.sh mariadbd --innodb-log-file-size=8M --innodb-buffer-pool-size=24M'
                  env:
                    - name: MYSQL_ROOT_PASSWORD
                      valueFrom:
                        secretKeyRef:
                          name: db
                          key: password
                  readinessProbe:
                    tcpSocket:
                      port: 3306
                    periodSeconds: 1
                  volumeMounts:
                    - name: data
                      mountPath: /var/lib/mysql
          volumeClaimTemplates:
            - metadata:
                name: data
              spec:
                accessModes: [ReadWriteOnce]
                resources:
                  requests:
                    storage: 10Gi
        """;

    public static string Secret(string @namespace, string name, string key1, string value1, string key2, string value2) => $"""
        apiVersion: v1
        kind: Secret
        metadata:
          name: {name}
          namespace: {@namespace}
        stringData:
          {key1}: {value1}
          {key2}: {value2}
        """;

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
        {{Storage(lane, "    ")}}
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
        {{Storage(lane, "        ")}}
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
    private static string Storage(Lane lane, string indent) => string.Join('\n', new[]
    {
        "s3:",
        $"  bucket: {lane.Bucket}",
        $"  endpoint: http://127.0.0.1:{lane.StoreGate.Port}",
        "  region: us-east-1",
        "  forcePathStyle: true",
        "  partSize: 5Mi",
        "  concurrency: 1",
        "  credentialsSecretRef: {name: s3}",
    }.Select(line => indent + line));
}
