namespace BackupOperator.LocalCluster.ApiServer.Schema;

/// <summary>Durations as Go writes them, such as <c>1h30m</c> or <c>250ms</c>.</summary>
internal static class GoDuration
{
    private static readonly System.Buffers.SearchValues<char> Digits = System.Buffers.SearchValues.Create("0123456789.");
    private static readonly (string Unit, double Seconds)[] Units = [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var rest = text.AsSpan();
        var negative = rest.StartsWith("-");
        rest = rest.TrimStart("+-");
        if (rest.SequenceEqual("0"))
        {
            return true;
        }

        var seconds = 0.0;
        var any = false;
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[digits..];
            var unit = Unit(rest);
            if (unit.Unit is null)
            {
                return false;
            }

            seconds += number * unit.Seconds;
            rest = rest[unit.Unit.Length..];
            any = true;
        }

        duration = TimeSpan.FromSeconds(negative ? -seconds : seconds);
        return any;
    }

    private static (string? Unit, double Seconds) Unit(ReadOnlySpan<char> text)
    {
        foreach (var (unit, seconds) in Units)
        {
            // "m" must not match the start of "ms".
            if (text.StartsWith(unit) && !(unit == "m" && text.StartsWith("ms")))
            {
                return (unit, seconds);
            }
        }

        return (null, 0);
    }
}
