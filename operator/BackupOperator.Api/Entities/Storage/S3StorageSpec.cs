namespace BackupOperator.Api.Entities;

/// <summary>A bucket.</summary>
public sealed class S3StorageSpec
{
    [Required]
    [Length(3, 255)]
    [Pattern("^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    public string Bucket { get; set; } = "";

    [Length(0, 512)]
    [Pattern(@"^([A-Za-z0-9_=-][A-Za-z0-9._=-]*(/[A-Za-z0-9_=-][A-Za-z0-9._=-]*)*/?)?$")]
    [Description("Comes before the path of every backup.")]
    public string? Prefix { get; set; }

    [Length(1, 1024)]
    [Pattern("^https?://[^/?#@]+/?$")]
    [Description("URL of the store, without a path. Default: AWS.")]
    public string? Endpoint { get; set; }

    [Length(1, 64)]
    public string? Region { get; set; }

    [Description("Name the bucket in the path instead of the host name; most stores other than AWS need it.")]
    [Default(false)]
    public bool ForcePathStyle { get; set; }

    [Description("Secret with the access key. Without it the pod's own identity counts (web identity, instance role).")]
    public S3CredentialsReference? CredentialsSecretRef { get; set; }

    [Description("Secret with the certificates that the endpoint's certificate is checked against.")]
    public CaReference? CaSecretRef { get; set; }

    [Description("Do not check the endpoint's certificate. For tests only.")]
    [Default(false)]
    public bool InsecureSkipVerify { get; set; }

    [Description("Encryption by the store: AES256 or aws:kms.")]
    [Pattern("^(AES256|aws:kms)$")]
    public string? ServerSideEncryption { get; set; }

    [Length(1, 2048)]
    public string? KmsKeyId { get; set; }

    [Length(1, 64)]
    [Description("Storage class of the data; manifests and whatever else is small stay in the bucket's own.")]
    public string? StorageClass { get; set; }

    [Items(maxItems: 8)]
    [Description("Other storage classes that the data goes to as it gets older, by a lifecycle rule of the bucket; an empty list takes that rule away. Concerns what is uploaded from now on.")]
    public List<StorageTierSpec>? Tiers { get; set; }

    [Description("Tags of every object.")]
    public Dictionary<string, string>? Tags { get; set; }

    [Description("Size of the parts of an upload, from 5Mi on.")]
    public ResourceQuantity? PartSize { get; set; }

    [RangeMinimum(1)]
    [RangeMaximum(64)]
    [Description("Parts in flight at once.")]
    [Default(4)]
    public int Concurrency { get; set; } = 4;

    [Description("Most bytes a second that are sent, such as 50Mi; from 64Ki on. Default: no limit.")]
    public ResourceQuantity? BandwidthLimit { get; set; }
}

/// <summary>A storage class for older data.</summary>
public sealed class StorageTierSpec
{
    [Required]
    [RangeMinimum(1)]
    [RangeMaximum(36_500)]
    [Description("Days since the upload.")]
    public int AfterDays { get; set; }

    [Required]
    [Length(1, 64)]
    [Description("As the store names it, such as STANDARD_IA or GLACIER.")]
    public string StorageClass { get; set; } = "";
}

/// <summary>Keys of a Secret that hold an access key.</summary>
public sealed class S3CredentialsReference
{
    [Required]
    [Length(1, 253)]
    public string Name { get; set; } = "";

    [Length(1, 253)]
    [Default("AWS_ACCESS_KEY_ID")]
    public string AccessKeyIdKey { get; set; } = "AWS_ACCESS_KEY_ID";

    [Length(1, 253)]
    [Default("AWS_SECRET_ACCESS_KEY")]
    public string SecretAccessKeyKey { get; set; } = "AWS_SECRET_ACCESS_KEY";

    [Length(1, 253)]
    [Description("Key of a session token, for temporary credentials.")]
    public string? SessionTokenKey { get; set; }
}

/// <summary>Key of a Secret that holds PEM certificates.</summary>
public sealed class CaReference
{
    [Required]
    [Length(1, 253)]
    public string Name { get; set; } = "";

    [Length(1, 253)]
    [Default("ca.crt")]
    public string Key { get; set; } = "ca.crt";
}
