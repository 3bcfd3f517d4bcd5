namespace BackupOperator.TestSupport.Manifests;

/// <summary>A database in a namespace of its own: StatefulSet <c>db</c> with claim <c>data</c>, and Secret <c>db</c> with the password of <c>root</c>.</summary>
public sealed record SampleDatabase(string Namespace, string Image, string Password)
{
    public int Replicas { get; init; } = 1;

    public int GraceSeconds { get; init; } = 30;

    /// <summary>Of the claim.</summary>
    public string AccessMode { get; init; } = "ReadWriteOnce";

    /// <summary>A shell command instead of the image's own.</summary>
    public string? Shell { get; init; }

    /// <summary>Where its pods run; null for anywhere.</summary>
    public string? Node { get; init; }

    /// <summary>The manifests.</summary>
    public string ToYaml() => $$"""
        apiVersion: v1
        kind: Namespace
        metadata:
          name: {{Namespace}}
        ---
        {{SampleManifests.Secret(Namespace, "db", ("username", "root"), ("password", Password))}}
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata:
          name: db
          namespace: {{Namespace}}
        spec:
          serviceName: db
          replicas: {{Replicas}}
          selector:
            matchLabels:
              app: db
          template:
            metadata:
              labels:
                app: db
            spec:
              terminationGracePeriodSeconds: {{GraceSeconds}}
              nodeSelector: {{(Node is null ? "{}" : $"{{kubernetes.io/hostname: {Node}}}")}}
              containers:
                - name: server
                  image: {{Image}}
                  {{(Shell is null ? "" : $"command: ['sh', '-c', '{Shell}']")}}
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
                accessModes: [{{AccessMode}}]
                resources:
                  requests:
                    storage: 10Gi
        """;
}
