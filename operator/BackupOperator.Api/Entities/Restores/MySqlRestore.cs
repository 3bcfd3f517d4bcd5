namespace BackupOperator.Api.Entities;

/// <summary>One restore of one backup.</summary>
[KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.Version, Kind = KindName, PluralName = "mysqlrestores")]
[ShortNames("mrs")]
[Category(ApiGroup.Category)]
[Description("Puts a backup in the place of a database's data.")]
[GenericAdditionalPrinterColumn(".spec.target.statefulSet", "Target", "string")]
[GenericAdditionalPrinterColumn(".status.source.name", "Source", "string")]
[GenericAdditionalPrinterColumn(".status.phase", "Phase", "string")]
[GenericAdditionalPrinterColumn(".status.progress.percent", "Progress", "number")]
[GenericAdditionalPrinterColumn(".status.downtimeSeconds", "Downtime", "number", Description = "Seconds from the scale-down to the first answer.")]
[GenericAdditionalPrinterColumn(".metadata.creationTimestamp", "Age", "date")]
[GenericAdditionalPrinterColumn(".status.source.location", "Location", "string", Priority = 1)]
[GenericAdditionalPrinterColumn(".status.duration", "Duration", "string", Priority = 1)]
[GenericAdditionalPrinterColumn(".status.message", "Message", "string", Priority = 1)]
public sealed class MySqlRestore : CustomKubernetesEntity<MySqlRestoreSpec, MySqlRestoreStatus>, IRunEntity
{
    public const string KindName = "MySqlRestore";

    IRunSpec IRunEntity.RunSpec => Spec;

    RunStatus IRunEntity.RunStatus => Status;
}
