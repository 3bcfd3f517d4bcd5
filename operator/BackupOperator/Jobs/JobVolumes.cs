using System.Globalization;

namespace BackupOperator.Jobs;

/// <summary>The volumes of a run's pod, where <see cref="RunPaths"/> says.</summary>
internal static class JobVolumes
{
    public const string MySqlCredentials = "mysql-credentials";
    public const string EncryptionKeys = "encryption-keys";
    public const string Credentials = "-credentials";
    public const string Ca = "-ca";

    private const string Storage = "storage";

    /// <summary>The stem of the names of a copy's volumes.</summary>
    public static string Copy(int index) => $"copy-{index.ToString(CultureInfo.InvariantCulture)}";

    public static JobMounts Build(JobInput input, int? secretMode)
    {
        var mounts = new JobMounts(secretMode);

        // What only has to do with the storages must not be able to touch the database, or wait for it.
        if (input.Run.Kind is not (RunKind.Copy or RunKind.Prune or RunKind.Catalog or RunKind.Preflight) && input.Target is { } target)
        {
            mounts.Claim("data", RunPaths.Volume, target.Claim, input.Run.Kind == RunKind.Backup, target.SubPath);
        }

        if (input.Stores.First is { } first)
        {
            Store(mounts, Storage, first, RunPaths.Storage, RunPaths.StorageCredentials, RunPaths.StorageCa, input.Run.Kind is RunKind.Restore or RunKind.Copy or RunKind.Catalog);
        }

        foreach (var copy in input.Stores.Copies)
        {
            var folder = $"{RunPaths.Copies}/{copy.Index.ToString(CultureInfo.InvariantCulture)}";
            Store(mounts, Copy(copy.Index), copy.Storage, $"{folder}/volume", $"{folder}/credentials", $"{folder}/ca", readOnly: false);
        }

        if (input.Stores.Encryption is { } encryption)
        {
            // What is written needs its key: a pod without it must not start. What is read finds out which key it needs.
            var needed = input.Run.Kind is RunKind.Backup or RunKind.Preflight ? encryption.SecretRef.Key : null;
            mounts.WholeSecret(EncryptionKeys, RunPaths.EncryptionKeys, encryption.SecretRef.Name, needed);
        }

        if (input.Run.Target.HasCredentials && input.Owner.RunSpec.Target.Connection?.SecretRef is { } login)
        {
            mounts.Secret(
                MySqlCredentials, RunPaths.MySqlCredentials, login.Name,
                [Item(login.UsernameKey, "username"), Item(login.PasswordKey, "password")]);
        }

        mounts.Scratch("work", RunPaths.Work);
        mounts.Scratch("tmp", "/tmp");
        return mounts;
    }

    private static void Store(JobMounts mounts, string name, StorageSpec storage, string volumePath, string credentialsPath, string caPath, bool readOnly)
    {
        if (storage.Volume is { } volume)
        {
            mounts.Claim(name, volumePath, volume.ClaimName, readOnly, subPath: null);
        }

        if (storage.S3?.CredentialsSecretRef is { } keys)
        {
            var items = new List<V1KeyToPath> { Item(keys.AccessKeyIdKey, "accessKeyId"), Item(keys.SecretAccessKeyKey, "secretAccessKey") };
            if (keys.SessionTokenKey is { } token)
            {
                items.Add(Item(token, "sessionToken"));
            }

            mounts.Secret(name + Credentials, credentialsPath, keys.Name, items);
        }

        if (storage.S3?.CaSecretRef is { } ca)
        {
            mounts.Secret(name + Ca, caPath, ca.Name, [Item(ca.Key, "ca.crt")]);
        }
    }

    private static V1KeyToPath Item(string key, string path) => new() { Key = key, Path = path };
}
