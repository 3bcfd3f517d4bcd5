namespace BackupOperator.Api.Entities;

/// <summary>Where backups lie.</summary>
[ValidationRule("has(self.s3) != has(self.volume)", "exactly one of s3 and volume is needed")]
public sealed class StorageSpec
{
    [Description("A bucket of AWS or of any S3-compatible store.")]
    public S3StorageSpec? S3 { get; set; }

    [Description("A PersistentVolumeClaim in the namespace of this resource.")]
    public VolumeStorageSpec? Volume { get; set; }
}

/// <summary>A claim as storage.</summary>
public sealed class VolumeStorageSpec
{
    [Required]
    [Length(1, 253)]
    [Description("Name of the PersistentVolumeClaim.")]
    public string ClaimName { get; set; } = "";

    [Length(0, 512)]
    [Pattern(@"^([A-Za-z0-9_=-][A-Za-z0-9._=-]*(/[A-Za-z0-9_=-][A-Za-z0-9._=-]*)*)?$")]
    [Description("Folder within the claim; its root when absent.")]
    public string? Path { get; set; }
}
