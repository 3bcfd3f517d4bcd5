namespace BackupOperator.Core.Scheduling;

/// <summary>What may stand in a field of a cron expression.</summary>
internal sealed record CronFieldKind(string Name, int First, int Last)
{
    public static CronFieldKind Minute { get; } = new("minute", 0, 59);

    public static CronFieldKind Hour { get; } = new("hour", 0, 23);

    public static CronFieldKind DayOfMonth { get; } = new("day of the month", 1, 31);

    public static CronFieldKind Month { get; } = new("month", 1, 12)
    {
        Names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    };

    /// <summary>0 is Sunday; 7 is nothing, as in Kubernetes.</summary>
    public static CronFieldKind DayOfWeek { get; } = new("day of the week", 0, 6) { Names = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

    /// <summary>Names of the values, from <see cref="First"/> on.</summary>
    public List<string> Names { get; init; } = [];
}
