using BackupOperator.Core.Durations;
using BackupOperator.Core.Scheduling;

namespace BackupOperator.Api.Entities;

/// <summary>When to back up, and what. All of it can be changed; backups that exist stay as they are.</summary>
[ValidationRule(
    "!has(self.preconditions.maxReplicaLagSeconds) || (has(self.template.spec.target.connection) && has(self.template.spec.target.connection.secretRef))",
    "preconditions.maxReplicaLagSeconds needs template.spec.target.connection.secretRef: how far the replicas are is asked by SQL")]
public sealed class MySqlBackupScheduleSpec
{
    [Required]
    [Length(6, 256)]
    [Pattern(@"^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|@every +([0-9]+[dhm])+|[0-9*?][-0-9*?/,]*( +[0-9*?][-0-9*?/,]*){2}( +[A-Za-z0-9*?][-A-Za-z0-9*?/,]*){2})$")]
    [Description("Five fields (minute, hour, day of the month, month, day of the week), @hourly, @daily, @weekly, @monthly, @yearly, or @every with a duration such as 6h, which counts from the creation.")]
    public string Schedule { get; set; } = "";

    [Length(1, 64)]
    [Pattern("^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$")]
    [ValidationRule("self != 'Local'", "timeZone must be the name of a time zone, such as Europe/Berlin")]
    [Description("Whose clock the schedule means, by its IANA name such as Europe/Berlin. A time that a change of the clock leaves out has no backup that day, one that comes twice has two.")]
    [Default("Etc/UTC")]
    public string TimeZone { get; set; } = "Etc/UTC";

    [Description("No tick starts a backup; ticks that pass are not made up for.")]
    [Default(false)]
    public bool Suspend { get; set; }

    [Description("Take one backup at once, when this is first seen to be true; never again.")]
    [Default(false)]
    public bool Immediate { get; set; }

    [RangeMinimum(10)]
    [RangeMaximum(31_536_000)]
    [Description("How late a tick may start, because the operator was away or something kept it waiting. Default: until the next tick.")]
    public long? StartingDeadlineSeconds { get; set; }

    [Description("What a tick does while a backup of this schedule has not ended. Forbid: it waits. Allow: it is created, and queues for the database. Replace: it cancels the other one. Backups of other schedules only make it queue.")]
    [Default(ConcurrencyPolicy.Forbid)]
    public ConcurrencyPolicy ConcurrencyPolicy { get; set; } = ConcurrencyPolicy.Forbid;

    [Pattern(DurationText.Pattern)]
    [Length(2, 32)]
    [Description("Start each backup so much later at most, by a time of its own, that many schedules do not start at once; never later than the next tick.")]
    [Default("0s")]
    public string Jitter { get; set; } = "0s";

    [Items(maxItems: 16)]
    [Description("Backups start only while one of these is open; a tick outside waits. Emergencies and what is triggered by hand do not.")]
    public List<ScheduleWindow>? Windows { get; set; }

    [Description("What must hold for a tick to start; until then it waits.")]
    [Default("{}", Json = true)]
    public SchedulePreconditions Preconditions { get; set; } = new();

    [Required]
    public BackupTemplate Template { get; set; } = new();

    [Description("Which good backups of this schedule stay. Default: all. What goes loses its data first, then its resource.")]
    public ScheduleRetention? Retention { get; set; }

    [Description("What is done about backups that are in the storage and have no resource.")]
    [Default("{}", Json = true)]
    public ScheduleCatalog Catalog { get; set; } = new();

    [Description("Which resources of ended backups stay.")]
    [Default("{}", Json = true)]
    public ScheduleHistory History { get; set; } = new();
}

/// <summary>A time of the day in which backups may start.</summary>
public sealed class ScheduleWindow
{
    private const string TimePattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$";

    [Items(maxItems: 7)]
    [Description("Days on which it opens. Default: every day.")]
    public List<DayOfWeek>? Days { get; set; }

    [Required]
    [Length(5, 5)]
    [Pattern(TimePattern)]
    [Description("When it opens, such as 22:00, by the clock of timeZone.")]
    public string From { get; set; } = "";

    [Required]
    [Length(5, 5)]
    [Pattern(TimePattern)]
    [Description("When it closes, such as 06:00; where that is not after from, on the next day.")]
    public string To { get; set; } = "";
}

/// <summary>What must hold for a tick to start.</summary>
public sealed class SchedulePreconditions
{
    [Description("All replicas of the StatefulSet are ready. Another run of this product that has stopped it does not count as ill health.")]
    [Default(false)]
    public bool TargetHealthy { get; set; }

    [RangeMinimum(0)]
    [RangeMaximum(86_400)]
    [Description("How far any pod of the StatefulSet may be behind its source. The operator holds no password of MySQL: the backup of the tick asks before it touches anything, waits, and in the end is Cancelled and counted as skipped.")]
    public long? MaxReplicaLagSeconds { get; set; }
}

/// <summary>The backups that a schedule creates.</summary>
public sealed class BackupTemplate
{
    public BackupTemplateMetadata? Metadata { get; set; }

    [Required]
    [WithoutTransitionRules]
    [ValidationRule("!self.cancel", "cancel is for backups, not for the template of a schedule; set spec.suspend")]
    [ValidationRule("!has(self.imported)", "imported is for the backups of an import, not for the template of a schedule; set spec.catalog.import")]
    public MySqlBackupSpec Spec { get; set; } = new();
}

/// <summary>What the backups of a schedule carry beside what the operator writes.</summary>
public sealed class BackupTemplateMetadata
{
    [Items(maxItems: 64)]
    public Dictionary<string, string>? Labels { get; set; }

    [Items(maxItems: 64)]
    public Dictionary<string, string>? Annotations { get; set; }
}

/// <summary>Which resources of ended backups stay.</summary>
public sealed class ScheduleHistory
{
    [RangeMinimum(0)]
    [RangeMaximum(1000)]
    [Description("Failed and cancelled backups whose resources stay, the newest. Good ones are not limited here: the resource of a backup stays as long as its data.")]
    [Default(5)]
    public int Failed { get; set; } = 5;
}
