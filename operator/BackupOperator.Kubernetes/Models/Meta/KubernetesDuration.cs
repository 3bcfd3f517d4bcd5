using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using BackupOperator.Kubernetes.Serialization;

namespace BackupOperator.Kubernetes.Models;

/// <summary>A span of time as people write it in a resource: <c>30m</c>, <c>1h30m</c>, <c>90s</c>, <c>500ms</c>, <c>7d</c>.</summary>
[JsonConverter(typeof(KubernetesDurationConverter))]
public readonly partial record struct KubernetesDuration(TimeSpan Value)
{
    /// <summary>What the CRD schema lets pass.</summary>
    public const string Pattern = $"^{Parts}$";

    private const string Parts = @"([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w))+";

    public static implicit operator TimeSpan(KubernetesDuration duration) => duration.Value;

    public static implicit operator KubernetesDuration(TimeSpan value) => new(value);

    /// <exception cref="FormatException">The text is no duration.</exception>
    public static KubernetesDuration Parse(string text) =>
        TryParse(text, out var duration)
            ? duration
            : throw new FormatException($"'{text}' is no duration; write a number and a unit (ms, s, m, h, d, w), such as 30m or 1h30m.");

    public static bool TryParse(string? text, out KubernetesDuration duration)
    {
        duration = default;
        if (text is null || text.Length > 64 || !WholePattern().IsMatch(text))
        {
            return false;
        }

        var ticks = 0m;
        foreach (Match part in PartPattern().Matches(text))
        {
            if (!decimal.TryParse(part.Groups["number"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                || number > TimeSpan.MaxValue.Ticks)
            {
                return false;
            }

            ticks += number * Unit(part.Groups["unit"].Value).Ticks;
            if (ticks > TimeSpan.MaxValue.Ticks)
            {
                return false;
            }
        }

        duration = new(TimeSpan.FromTicks((long)ticks));
        return true;
    }

    /// <summary>Hours, minutes and seconds, without those that are zero.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Append(text, (long)Value.TotalHours, "h");
        Append(text, Value.Minutes, "m");
        Append(text, Value.Seconds, "s");
        Append(text, Value.Milliseconds, "ms");
        return text.Length == 0 ? "0s" : text.ToString();
    }

    private static void Append(StringBuilder text, long number, string unit)
    {
        if (number != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{number}{unit}");
        }
    }

    private static TimeSpan Unit(string unit) =>
        unit switch
        {
            "ms" => TimeSpan.FromMilliseconds(1),
            "s" => TimeSpan.FromSeconds(1),
            "m" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            "d" => TimeSpan.FromDays(1),
            _ => TimeSpan.FromDays(7),
        };

    // Not Pattern: here $ would let a line break at the end pass.
    [GeneratedRegex($@"^{Parts}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex WholePattern();

    [GeneratedRegex(@"(?<number>[0-9]+(\.[0-9]+)?)(?<unit>ms|s|m|h|d|w)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PartPattern();
}
