using BackupOperator.TestSupport.Manifests;

namespace BackupOperator.EndToEnd.Tests.Harness;

/// <summary>The resources as a user writes them.</summary>
internal static class Manifests
{
    public const string Password = "end-to-end secret";

    public static string Database(
        string @namespace, string image, int graceSeconds = 30, int replicas = 1, string accessMode = "ReadWriteOnce", string? shell = null)
    {
        var database = new SampleDatabase(@namespace, image, Password)
        {
            GraceSeconds = graceSeconds,
            Replicas = replicas,
            AccessMode = accessMode,
            Shell = shell,
        };
        return $"""
            {database.ToYaml()}
            ---
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata:
              name: backups
              namespace: {@namespace}
            spec:
              accessModes: [ReadWriteOnce]
              resources:
                requests:
                  storage: 10Gi
            """;
    }

    public static string S3Secret(string @namespace, string accessKey, string secretKey, string name = "s3") =>
        SampleManifests.Secret(@namespace, name, ("AWS_ACCESS_KEY_ID", accessKey), ("AWS_SECRET_ACCESS_KEY", secretKey));

    public const string VolumeStorage = """
        volume:
          claimName: backups
        """;

    public static string S3Storage(string endpoint, string bucket, string secret = "s3") => $"""
        s3:
          bucket: {bucket}
          endpoint: {endpoint}
          region: us-east-1
          forcePathStyle: true
          credentialsSecretRef:
            name: {secret}
        """;

    public static string Copies(string storage) => $"copies:\n- {SampleManifests.Indent(storage, 2).TrimStart()}";

    public static string Location(string storage, string path) => $"location:\n  path: {path}\n  storage:\n{SampleManifests.Indent(storage, 4)}";

    public static string Backup(string @namespace, string name, string storage, string more = "") => $"""
        apiVersion: mysqlbackup.io/v1alpha1
        kind: MySqlBackup
        metadata:
          name: {name}
          namespace: {@namespace}
        spec:
          target:
            statefulSet: db
            connection:
              secretRef:
                name: db
          storage:
        {SampleManifests.Indent(storage, 4)}
        {SampleManifests.Indent(more, 2)}
        """;

    /// <summary>A schedule whose next tick is far away.</summary>
    public static string Schedule(string @namespace, string name, string storage, string type, bool immediate, string more = "") => $"""
        apiVersion: mysqlbackup.io/v1alpha1
        kind: MySqlBackupSchedule
        metadata:
          name: {name}
          namespace: {@namespace}
        spec:
          schedule: "0 0 29 2 *"
          timeZone: Europe/Berlin
          immediate: {(immediate ? "true" : "false")}
          template:
            spec:
              type: {type}
              target:
                statefulSet: db
                connection:
                  secretRef:
                    name: db
              storage:
        {SampleManifests.Indent(storage, 8)}
        {SampleManifests.Indent(more, 2)}
        """;

    /// <summary>A schedule that takes nothing yet, and makes resources of what is in its storage.</summary>
    public static string ImportingSchedule(string @namespace, string name, string storage, string more = "") => $"""
        apiVersion: mysqlbackup.io/v1alpha1
        kind: MySqlBackupSchedule
        metadata:
          name: {name}
          namespace: {@namespace}
        spec:
          schedule: "30 2 * * *"
          suspend: true
          catalog:
            import: true
          template:
            spec:
              target:
                statefulSet: db
                connection:
                  secretRef:
                    name: db
              storage:
        {SampleManifests.Indent(storage, 8)}
        {SampleManifests.Indent(more, 6)}
        """;

    public static string Restore(string @namespace, string name, string source, string more = "") => $"""
        apiVersion: mysqlbackup.io/v1alpha1
        kind: MySqlRestore
        metadata:
          name: {name}
          namespace: {@namespace}
        spec:
          source:
        {SampleManifests.Indent(source, 4)}
          target:
            statefulSet: db
            connection:
              secretRef:
                name: db
        {SampleManifests.Indent(more, 2)}
        """;
}
