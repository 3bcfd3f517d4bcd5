using System.Globalization;
using System.Text;

namespace BackupOperator.Core.Durations;

/// <summary>Durations as people write them in a resource: <c>90s</c>, <c>30m</c>, <c>1h30m</c>, <c>7d</c>.</summary>
public static class DurationText
{
    /// <summary>What the schema of a resource demands of a duration.</summary>
    public const string Pattern = "^([0-9]+(d|h|m|s))+$";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <summary>Reads a duration; units may follow each other in any order and are added up.</summary>
    /// <returns>False where the text is no duration or is longer than ten years.</returns>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var sum = TimeSpan.Zero;
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                continue;
            }

            if (!long.TryParse(text.AsSpan(start, i - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || SecondsOf(text[i]) is not { } seconds
                || number > (long)Longest.TotalSeconds / seconds)
            {
                return false;
            }

            sum += TimeSpan.FromSeconds(number * seconds);
            start = i + 1;
        }

        if (start != text.Length || sum > Longest)
        {
            return false;
        }

        duration = sum;
        return true;
    }

    /// <summary>Reads a duration that the schema has checked.</summary>
    /// <exception cref="FormatException">The text is no duration.</exception>
    public static TimeSpan Parse(string text) =>
        TryParse(text, out var duration) ? duration : throw new FormatException($"'{text}' is no duration such as 90s, 30m or 1h30m");

    /// <summary>The same, for what must not stop at a duration that nobody waits for: beyond ten years it is ten years.</summary>
    /// <exception cref="FormatException">The text is no duration.</exception>
    public static TimeSpan ParseCapped(string text) =>
        TryParse(text, out var duration) ? duration
        : HasTheForm(text) ? Longest
        : Parse(text);

    /// <summary>Writes a duration in whole seconds, with the largest units first.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration < TimeSpan.FromSeconds(1))
        {
            return "0s";
        }

        var text = new StringBuilder();
        Append(text, (long)duration.TotalDays, 'd');
        Append(text, duration.Hours, 'h');
        Append(text, duration.Minutes, 'm');
        Append(text, duration.Seconds, 's');
        return text.ToString();
    }

    // Of the pattern: numbers, each with its unit.
    private static bool HasTheForm(string text) =>
        text.Length > 0 && text.Select((c, i) => i == 0 || !char.IsAsciiDigit(text[i - 1]) ? char.IsAsciiDigit(c) : char.IsAsciiDigit(c) || SecondsOf(c) is not null).All(fits => fits)
        && SecondsOf(text[^1]) is not null;

    private static long? SecondsOf(char unit) => unit switch
    {
        'd' => 86_400,
        'h' => 3_600,
        'm' => 60,
        's' => 1,
        _ => null,
    };

    private static void Append(StringBuilder text, long number, char unit)
    {
        if (number > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{number}{unit}");
        }
    }
}
