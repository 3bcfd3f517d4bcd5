namespace BackupOperator.Api.Entities;

/// <summary>How the data is encrypted before it leaves the pod.</summary>
public sealed class EncryptionSpec
{
    [Required]
    [Description("Secret with the keys: 32 bytes each, as they are, in hex digits or in Base64. Keep a copy of it elsewhere: without it nothing can be restored.")]
    public EncryptionKeyReference SecretRef { get; set; } = new();
}

/// <summary>The keys of a Secret that data is encrypted with.</summary>
public sealed class EncryptionKeyReference
{
    [Required]
    [Length(1, 253)]
    public string Name { get; set; } = "";

    [Length(1, 253)]
    [Pattern("^[A-Za-z0-9._-]+$")]
    [Description("Key of the Secret that new backups are encrypted with; its other keys can still decrypt older ones.")]
    [Default("key")]
    public string Key { get; set; } = "key";
}
