using BackupOperator.Core.Durations;

namespace BackupOperator.Api.Entities;

/// <summary>
/// Which good backups of a schedule stay. The keep rules choose; without any, all are chosen. The limits take away from what
/// was chosen, the oldest first.
/// </summary>
[ValidationRule(
    "has(self.keepLast) || has(self.keepHourly) || has(self.keepDaily) || has(self.keepWeekly) || has(self.keepMonthly) || has(self.keepYearly)"
    + " || has(self.maxAge) || has(self.maxCount) || has(self.maxTotalSize)",
    "retention needs at least one of keepLast, keepHourly, keepDaily, keepWeekly, keepMonthly, keepYearly, maxAge, maxCount and maxTotalSize")]
[ValidationRule(
    "!has(self.maxCount) || !has(self.minCount) || self.minCount <= self.maxCount",
    "minCount must not be above maxCount")]
public sealed class ScheduleRetention
{
    [RangeMinimum(1)]
    [RangeMaximum(10_000)]
    [Description("The newest so many.")]
    public int? KeepLast { get; set; }

    [RangeMinimum(1)]
    [RangeMaximum(10_000)]
    [Description("The newest one of each of the last so many hours that have one, by the clock of timeZone.")]
    public int? KeepHourly { get; set; }

    [RangeMinimum(1)]
    [RangeMaximum(10_000)]
    [Description("The same for days.")]
    public int? KeepDaily { get; set; }

    [RangeMinimum(1)]
    [RangeMaximum(10_000)]
    [Description("The same for weeks, which begin on Monday.")]
    public int? KeepWeekly { get; set; }

    [RangeMinimum(1)]
    [RangeMaximum(10_000)]
    [Description("The same for months.")]
    public int? KeepMonthly { get; set; }

    [RangeMinimum(1)]
    [RangeMaximum(1000)]
    [Description("The same for years.")]
    public int? KeepYearly { get; set; }

    [Pattern(DurationText.Pattern)]
    [Length(2, 32)]
    [Description("What is older goes, such as 90d.")]
    public string? MaxAge { get; set; }

    [RangeMinimum(1)]
    [RangeMaximum(100_000)]
    [Description("So many stay at most, those that others build on included.")]
    public int? MaxCount { get; set; }

    [Description("So much stays at most in the storage, such as 500Gi, those that others build on included.")]
    public ResourceQuantity? MaxTotalSize { get; set; }

    [RangeMinimum(1)]
    [RangeMaximum(10_000)]
    [Description("The newest so many stay, whatever the rules and limits say.")]
    [Default(1)]
    public int MinCount { get; set; } = 1;

    [Description("Delete nothing; status.retention and an event say what would go, and why.")]
    [Default(false)]
    public bool DryRun { get; set; }
}
