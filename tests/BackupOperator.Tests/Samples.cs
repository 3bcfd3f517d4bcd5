namespace BackupOperator.Tests;

/// <summary>Objects that tests begin with.</summary>
internal static class Samples
{
    public const string Namespace = "shop";

    public static V1StatefulSet StatefulSet(int replicas = 1) => new()
    {
        Metadata = new V1ObjectMeta { Name = "db", Namespace = Namespace, Uid = "set-uid" },
        Spec = new V1StatefulSetSpec
        {
            Replicas = replicas,
            ServiceName = "db",
            Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "db" } },
            Template = new V1PodTemplateSpec
            {
                Metadata = new V1ObjectMeta { Labels = new Dictionary<string, string> { ["app"] = "db" } },
                Spec = new V1PodSpec
                {
                    Containers =
                    [
                        new V1Container
                        {
                            Name = "mysql",
                            Image = "mysql:9.7",
                            Ports = [new V1ContainerPort { Name = "mysql", ContainerPort = 3306 }],
                            VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = "/var/lib/mysql" }],
                        },
                    ],
                },
            },
            VolumeClaimTemplates =
            [
                new V1PersistentVolumeClaim
                {
                    Metadata = new V1ObjectMeta { Name = "data" },
                    Spec = new V1PersistentVolumeClaimSpec
                    {
                        AccessModes = ["ReadWriteOnce"],
                        Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["storage"] = "1Gi" } },
                    },
                },
            ],
        },
    };

    public static MySqlBackup Backup(string name = "nightly") => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Namespace = Namespace },
        Spec = new MySqlBackupSpec
        {
            Target = new DatabaseTarget { StatefulSet = "db" },
            Storage = new StorageSpec { Volume = new VolumeStorageSpec { ClaimName = "backups" } },
        },
    };

    /// <summary>Its ticks are far away, unless a test says otherwise.</summary>
    public static MySqlBackupSchedule Schedule(string name = "nightly") => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Namespace = Namespace },
        Spec = new MySqlBackupScheduleSpec { Schedule = "0 0 29 2 *", Template = new BackupTemplate { Spec = Backup().Spec } },
    };

    public static MySqlRestore Restore(string name = "back") => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Namespace = Namespace },
        Spec = new MySqlRestoreSpec
        {
            Target = new DatabaseTarget { StatefulSet = "db" },
            Source = new RestoreSource
            {
                Location = new BackupLocation
                {
                    Storage = new StorageSpec { Volume = new VolumeStorageSpec { ClaimName = "backups" } },
                    Path = "shop/db/20250304T050607Z-full-u1",
                },
            },
        },
    };

    /// <summary>A resource as it is once its intent is recorded.</summary>
    public static T Recorded<T>(T entity)
        where T : class, IRunEntity
    {
        entity.Metadata.Uid = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed";
        entity.RunStatus.Target = new RecordedTarget
        {
            Replicas = 1,
            Ordinal = 0,
            Pod = "db-0",
            Claim = "data-db-0",
            StatefulSetUid = "set-uid",
        };
        return entity;
    }

    public static EncryptionSpec Encryption() => new() { SecretRef = new EncryptionKeyReference { Name = "backup-keys", Key = "2025" } };

    public static StorageSpec S3() => new()
    {
        S3 = new S3StorageSpec
        {
            Bucket = "backups",
            Prefix = "prod/",
            Endpoint = "https://s3.example.org",
            Region = "eu-1",
            ForcePathStyle = true,
            CredentialsSecretRef = new S3CredentialsReference { Name = "s3-keys", SessionTokenKey = "TOKEN" },
            CaSecretRef = new CaReference { Name = "s3-ca" },
            PartSize = "32Mi",
            BandwidthLimit = "50Mi",
        },
    };
}
