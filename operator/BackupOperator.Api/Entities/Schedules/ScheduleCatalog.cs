namespace BackupOperator.Api.Entities;

/// <summary>What is done about backups that are in the storage and have no resource, as after the loss of a cluster.</summary>
public sealed class ScheduleCatalog
{
    [Description("Create a MySqlBackup for each backup of the template's target that is in the template's storage and has none. Done once for a target and a storage, and again for each new value of the annotation mysqlbackup.io/import. Nothing that exists is touched.")]
    [Default(false)]
    public bool Import { get; set; }

    [Description("Count backups that no schedule has taken as this schedule's own, so that its retention looks at them.")]
    [Default(false)]
    public bool Adopt { get; set; }
}
