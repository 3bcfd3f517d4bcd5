using System.Text.Json.Serialization;

namespace BackupOperator.Api.Entities;

/// <summary>One backup of one database.</summary>
[KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.Version, Kind = KindName, PluralName = "mysqlbackups")]
[ShortNames("mbk")]
[Category(ApiGroup.Category)]
[Description("One backup of a MySQL or MariaDB database that runs in a StatefulSet.")]
[GenericAdditionalPrinterColumn(".spec.target.statefulSet", "Target", "string")]
[GenericAdditionalPrinterColumn(".status.type", "Type", "string")]
[GenericAdditionalPrinterColumn(".status.phase", "Phase", "string")]
[GenericAdditionalPrinterColumn(".status.progress.percent", "Progress", "number")]
[GenericAdditionalPrinterColumn(".status.downtimeSeconds", "Downtime", "number", Description = "Seconds from the scale-down to the first answer.")]
[GenericAdditionalPrinterColumn(".status.size.stored", "Size", "string")]
[GenericAdditionalPrinterColumn(".metadata.creationTimestamp", "Age", "date")]
[GenericAdditionalPrinterColumn(".status.location", "Location", "string", Priority = 1)]
[GenericAdditionalPrinterColumn(".status.duration", "Duration", "string", Priority = 1)]
[GenericAdditionalPrinterColumn(".status.conditions[?(@.type==\"Verified\")].status", "Verified", "string", Priority = 1)]
[GenericAdditionalPrinterColumn(".status.conditions[?(@.type==\"CopiesComplete\")].status", "Copies", "string", Priority = 1)]
[GenericAdditionalPrinterColumn(".status.message", "Message", "string", Priority = 1)]
public sealed class MySqlBackup : CustomKubernetesEntity<MySqlBackupSpec, MySqlBackupStatus>, IRunEntity
{
    public const string KindName = "MySqlBackup";

    /// <summary>Made by an import that has not filled it yet: it is no backup, and never becomes a run.</summary>
    [JsonIgnore]
    public bool AwaitsImport => Spec.Imported is not null && Status.Phase is null;

    IRunSpec IRunEntity.RunSpec => Spec;

    RunStatus IRunEntity.RunStatus => Status;
}
