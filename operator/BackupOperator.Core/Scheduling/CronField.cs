using System.Globalization;
using System.Numerics;

namespace BackupOperator.Core.Scheduling;

/// <summary>One field of a cron expression: the values that it lets pass, and whether it was a bare <c>*</c>.</summary>
/// <param name="Values">Bit n stands for the value n.</param>
/// <param name="IsStar"><c>*</c> or <c>?</c>, also within a list, and without a step above 1.</param>
internal readonly record struct CronField(ulong Values, bool IsStar)
{
    public bool Contains(int value) => (Values >> value & 1) != 0;

    /// <summary>The smallest value from <paramref name="value"/> on, or null.</summary>
    public int? From(int value)
    {
        var rest = value > 63 ? 0 : Values >> value;
        return rest == 0 ? null : value + BitOperations.TrailingZeroCount(rest);
    }

    /// <summary>Reads a list of ranges: <c>5</c>, <c>1-5</c>, <c>*/15</c>, <c>10/5</c> (from 10 to the end), <c>mon-fri</c>, <c>?</c>.</summary>
    /// <exception cref="FormatException">The message names the field, the text and what may stand there.</exception>
    public static CronField Parse(string text, CronFieldKind kind)
    {
        var (values, isStar) = (0UL, false);
        foreach (var range in text.Split(','))
        {
            var field = ParseRange(range, kind);
            values |= field.Values;
            isStar |= field.IsStar;
        }

        return new CronField(values, isStar);
    }

    private static CronField ParseRange(string text, CronFieldKind kind)
    {
        var stepAt = text.IndexOf('/', StringComparison.Ordinal);
        var range = stepAt < 0 ? text : text[..stepAt];
        var step = stepAt < 0 ? 1 : Number(text[(stepAt + 1)..]) ?? throw Wrong(text, kind);
        var dash = range.IndexOf('-', StringComparison.Ordinal);
        var isStar = range is "*" or "?";
        var first = isStar ? kind.First : Value(dash < 0 ? range : range[..dash], kind) ?? throw Wrong(text, kind);
        var last = isStar || (dash < 0 && stepAt >= 0) ? kind.Last
            : dash < 0 ? first
            : Value(range[(dash + 1)..], kind) ?? throw Wrong(text, kind);
        if (step < 1 || first < kind.First || last > kind.Last || first > last)
        {
            throw Wrong(text, kind);
        }

        var values = 0UL;
        for (var value = first; value <= last; value += step)
        {
            values |= 1UL << value;
        }

        return new CronField(values, isStar && step == 1);
    }

    private static int? Value(string text, CronFieldKind kind)
    {
        var name = kind.Names.IndexOf(text.ToLowerInvariant());
        return name >= 0 ? kind.First + name : Number(text);
    }

    private static int? Number(string text) =>
        text.Length is > 0 and < 4 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static FormatException Wrong(string text, CronFieldKind kind)
    {
        var names = kind.Names.Count == 0 ? "" : $" (or {kind.Names[0]} to {kind.Names[^1]})";
        return new FormatException($"'{text}' is no {kind.Name}; there are {kind.First} to {kind.Last}{names}, ranges such as {kind.First}-{kind.First + 3}, steps such as */5 and lists with commas");
    }
}
