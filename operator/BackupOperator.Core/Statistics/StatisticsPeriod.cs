using System.Globalization;
using BackupOperator.Core.Durations;

namespace BackupOperator.Core.Statistics;

/// <summary>
/// How far back statistics look: so many hours or days before the one that runs. So a period is up to an hour, or a day,
/// longer than its name says, and never misses what has just fallen out.
/// </summary>
public sealed record StatisticsPeriod
{
    private StatisticsPeriod(int spans, bool inHours)
    {
        Spans = spans;
        InHours = inHours;
    }

    public static StatisticsPeriod Day { get; } = new(24, inHours: true);

    public static StatisticsPeriod Week { get; } = new(7, inHours: false);

    public static StatisticsPeriod Month { get; } = new(30, inHours: false);

    /// <summary>Those that a status has.</summary>
    public static IReadOnlyList<StatisticsPeriod> All { get; } = [Day, Week, Month];

    /// <summary>Hours or days before the one that runs.</summary>
    public int Spans { get; }

    public bool InHours { get; }

    public TimeSpan Length => InHours ? TimeSpan.FromHours(Spans) : TimeSpan.FromDays(Spans);

    /// <summary>As people write it, such as 24h or 7d.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Spans}{(InHours ? 'h' : 'd')}");

    /// <summary>Reads a period of whole hours up to 24h, or of whole days up to 30d.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static StatisticsPeriod Parse(string text)
    {
        if (DurationText.TryParse(text, out var length) && length > TimeSpan.Zero)
        {
            if (length <= TimeSpan.FromDays(1) && length.Ticks % TimeSpan.TicksPerHour == 0)
            {
                return new StatisticsPeriod((int)length.TotalHours, inHours: true);
            }

            if (length <= TimeSpan.FromDays(30) && length.Ticks % TimeSpan.TicksPerDay == 0)
            {
                return new StatisticsPeriod((int)length.TotalDays, inHours: false);
            }
        }

        throw new FormatException($"'{text}' is no period: give whole hours up to 24h, or whole days up to 30d");
    }
}
