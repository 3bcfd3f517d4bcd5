namespace BackupOperator.Jobs;

/// <summary>The volumes of a run's pod, where <see cref="RunPaths"/> says.</summary>
internal static class JobVolumes
{
    public static (List<V1Volume> Volumes, List<V1VolumeMount> Mounts) Build(JobInput input)
    {
        var volumes = new List<V1Volume>();
        var mounts = new List<V1VolumeMount>();
        Claim("data", RunPaths.Volume, input.Target.Claim, input.Run.Kind == RunKind.Backup, input.Target.SubPath);
        if (input.Storage?.Volume is { } volume)
        {
            Claim("storage", RunPaths.Storage, volume.ClaimName, input.Run.Kind == RunKind.Restore, subPath: null);
        }

        if (input.Storage?.S3?.CredentialsSecretRef is { } keys)
        {
            var items = new List<V1KeyToPath> { Item(keys.AccessKeyIdKey, "accessKeyId"), Item(keys.SecretAccessKeyKey, "secretAccessKey") };
            if (keys.SessionTokenKey is { } token)
            {
                items.Add(Item(token, "sessionToken"));
            }

            Secret("storage-credentials", RunPaths.StorageCredentials, keys.Name, items);
        }

        if (input.Storage?.S3?.CaSecretRef is { } ca)
        {
            Secret("storage-ca", RunPaths.StorageCa, ca.Name, [Item(ca.Key, "ca.crt")]);
        }

        if (input.Run.Target.HasCredentials && input.Owner.RunSpec.Target.Connection?.SecretRef is { } login)
        {
            Secret(
                "mysql-credentials", RunPaths.MySqlCredentials, login.Name,
                [Item(login.UsernameKey, "username"), Item(login.PasswordKey, "password")]);
        }

        Scratch("work", RunPaths.Work);
        Scratch("tmp", "/tmp");
        return (volumes, mounts);

        void Claim(string name, string path, string claim, bool readOnly, string? subPath)
        {
            // The volume itself stays writable for the pod: a read-only volume and a writable one of the same claim
            // cannot be attached side by side with every driver. The mount is what keeps the sidecar from writing.
            volumes.Add(new V1Volume { Name = name, PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = claim } });
            mounts.Add(new V1VolumeMount { Name = name, MountPath = path, SubPath = subPath, ReadOnly = readOnly ? true : null });
        }

        void Secret(string name, string path, string secret, List<V1KeyToPath> items)
        {
            volumes.Add(new V1Volume { Name = name, Secret = new V1SecretVolumeSource { SecretName = secret, Items = items } });
            mounts.Add(new V1VolumeMount { Name = name, MountPath = path, ReadOnly = true });
        }

        void Scratch(string name, string path)
        {
            volumes.Add(new V1Volume { Name = name, EmptyDir = new V1EmptyDirVolumeSource() });
            mounts.Add(new V1VolumeMount { Name = name, MountPath = path });
        }
    }

    private static V1KeyToPath Item(string key, string path) => new() { Key = key, Path = path };
}
