using System.Globalization;

namespace BackupOperator.Core.Retention;

/// <summary>Names the hour, day, week, month or year of a moment, by the wall clock of a time zone.</summary>
internal sealed record RetentionPeriod(string Name, Func<DateTimeOffset, string> Of)
{
    /// <summary>An hour that comes twice, when clocks go back, is two.</summary>
    public static RetentionPeriod Hourly { get; } = new("hourly", t => t.ToString("yyyy-MM-dd HH'h' zzz", CultureInfo.InvariantCulture));

    public static RetentionPeriod Daily { get; } = new("daily", t => t.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    public static RetentionPeriod Weekly { get; } = new("weekly", t => string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(t.DateTime):D4}-W{ISOWeek.GetWeekOfYear(t.DateTime):D2}"));

    public static RetentionPeriod Monthly { get; } = new("monthly", t => t.ToString("yyyy-MM", CultureInfo.InvariantCulture));

    public static RetentionPeriod Yearly { get; } = new("yearly", t => t.ToString("yyyy", CultureInfo.InvariantCulture));
}
