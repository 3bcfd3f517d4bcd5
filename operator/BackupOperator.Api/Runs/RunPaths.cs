namespace BackupOperator.Api.Runs;

/// <summary>Where the Job pod finds things; the operator mounts them and the sidecar reads them.</summary>
public static class RunPaths
{
    /// <summary>The claim of the database.</summary>
    public const string Volume = "/volume";

    /// <summary>The claim of a volume storage.</summary>
    public const string Storage = "/storage";

    /// <summary>Files <c>accessKeyId</c>, <c>secretAccessKey</c> and, where there is one, <c>sessionToken</c>.</summary>
    public const string StorageCredentials = "/etc/mysqlbackup/storage";

    /// <summary>File <c>ca.crt</c>.</summary>
    public const string StorageCa = "/etc/mysqlbackup/storage-ca";

    /// <summary>A file for each key: 32 bytes, as they are, in hex digits or in Base64.</summary>
    public const string EncryptionKeys = "/etc/mysqlbackup/encryption";

    /// <summary>
    /// Below it, a folder for each further storage, named after its index: <c>credentials</c> and <c>ca</c> with the same
    /// files as those of the first storage, <c>volume</c> where a claim is mounted.
    /// </summary>
    public const string Copies = "/etc/mysqlbackup/copies";

    /// <summary>Files <c>username</c> and <c>password</c>.</summary>
    public const string MySqlCredentials = "/etc/mysqlbackup/mysql";

    /// <summary>Scratch space (an emptyDir).</summary>
    public const string Work = "/work";

    /// <summary>Receives a <see cref="RunFailure"/> as JSON when the sidecar fails.</summary>
    public const string TerminationLog = "/dev/termination-log";
}
