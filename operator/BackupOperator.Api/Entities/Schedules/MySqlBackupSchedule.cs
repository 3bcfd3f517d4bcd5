namespace BackupOperator.Api.Entities;

/// <summary>Backups at the times of a cron expression.</summary>
[KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.Version, Kind = KindName, PluralName = "mysqlbackupschedules")]
[ShortNames("mbs")]
[Category(ApiGroup.Category)]
[Description("Creates MySqlBackups at the times of a cron expression.")]
[ValidationRule("size(self.metadata.name) <= 52", "metadata.name must have 52 characters at most: the names of its backups begin with it")]
[GenericAdditionalPrinterColumn(".spec.template.spec.target.statefulSet", "Target", "string")]
[GenericAdditionalPrinterColumn(".spec.template.spec.type", "Type", "string")]
[GenericAdditionalPrinterColumn(".spec.schedule", "Schedule", "string")]
[GenericAdditionalPrinterColumn(".spec.suspend", "Suspend", "boolean")]
[GenericAdditionalPrinterColumn(".status.lastScheduleTime", "Last Run", "date")]
[GenericAdditionalPrinterColumn(".status.lastSuccessfulTime", "Last Success", "date")]
[GenericAdditionalPrinterColumn(".status.nextScheduleTime", "Next Run", "string", Description = "A column of type date shows how long ago something was; this is to come.")]
[GenericAdditionalPrinterColumn(".status.consecutiveFailures", "Failures", "integer", Description = "Failed backups since the last good one.")]
[GenericAdditionalPrinterColumn(".metadata.creationTimestamp", "Age", "date")]
[GenericAdditionalPrinterColumn(".spec.timeZone", "Time Zone", "string", Priority = 1)]
[GenericAdditionalPrinterColumn(".status.storage.backups", "Backups", "integer", Priority = 1)]
[GenericAdditionalPrinterColumn(".status.storage.size", "Size", "string", Priority = 1)]
[GenericAdditionalPrinterColumn(".status.statistics.last7d.successPercent", "Success 7d", "number", Priority = 1, Description = "Good backups among those of the last seven days that came to a result, in percent.")]
[GenericAdditionalPrinterColumn(".status.missed", "Missed", "integer", Priority = 1)]
[GenericAdditionalPrinterColumn(".status.message", "Message", "string", Priority = 1)]
public sealed class MySqlBackupSchedule : CustomKubernetesEntity<MySqlBackupScheduleSpec, MySqlBackupScheduleStatus>
{
    public const string KindName = "MySqlBackupSchedule";
}
