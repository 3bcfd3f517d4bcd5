using System.Text.Json.Serialization;
using BackupOperator.Core.Restores;

namespace BackupOperator.Api.Entities;

/// <summary>What became of a restore.</summary>
public sealed class MySqlRestoreStatus : RunStatus
{
    public RestorePhase? Phase { get; set; }

    [JsonIgnore]
    public override string? PhaseName => Phase?.ToString();

    [Description("The backup that was chosen, recorded before anything was touched.")]
    public ResolvedSource? Source { get; set; }

    [Description("The folder in the claim that holds the replaced data.")]
    public string? PreviousData { get; set; }

    [Description("When the replaced data is removed.")]
    public DateTimeOffset? PreviousDataExpiresAt { get; set; }
}

/// <summary>The backup that a restore has chosen.</summary>
public sealed class ResolvedSource
{
    [Description("Name of the MySqlBackup; absent where only a location was named.")]
    public string? Name { get; set; }

    public string? Uid { get; set; }

    public StorageSpec? Storage { get; set; }

    public string? Path { get; set; }

    public string? Location { get; set; }

    public string? ManifestDigest { get; set; }

    [Description("The keys that are used; absent for a backup that is stored in the clear.")]
    public EncryptionSpec? Encryption { get; set; }
}
