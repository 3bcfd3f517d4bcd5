using System.Text.RegularExpressions;
using BackupOperator.LocalCluster.ApiServer.Schema;

namespace BackupOperator.LocalCluster.ApiServer.Cel;

/// <summary>The functions of the standard and of Kubernetes's libraries that schemas use.</summary>
internal static class CelFunctions
{
    private static readonly TimeSpan PatternPatience = TimeSpan.FromSeconds(1);

    /// <summary>Names of everything that can be called.</summary>
    public static IReadOnlySet<string> Names { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "size", "int", "uint", "double", "string", "bool", "duration", "timestamp", "dyn", "type", "quantity", "isQuantity", "isURL", "url", "getScheme", "getHost",
        "contains", "startsWith", "endsWith", "matches", "lowerAscii", "upperAscii", "trim", "split", "join", "replace", "substring", "indexOf", "lastIndexOf", "charAt",
        "find", "isSorted", "sum", "min", "max", "getSeconds", "getMinutes", "getHours", "getMilliseconds", "getFullYear", "getMonth", "getDayOfWeek", "getDayOfMonth",
        "isGreaterThan", "isLessThan", "compareTo", "asInteger", "isInteger", "orValue", "hasValue", "value",
    };

    public static object? Call(string name, object? target, IReadOnlyList<object?> arguments, bool isMethod)
    {
        object?[] all = isMethod ? [target, .. arguments] : [.. arguments];
        return CallText(name, all) ?? CallConversion(name, all) ?? CallList(name, all) ?? CallTime(name, all) ?? CallQuantity(name, all)
            ?? throw new CelException(Names.Contains(name) ? "no such overload" : $"undeclared reference to '{name}'");
    }

    private static object? CallText(string name, object?[] all) => (name, all) switch
    {
        ("size", [string text]) => (long)text.EnumerateRunes().Count(),
        ("contains", [string text, string part]) => text.Contains(part, StringComparison.Ordinal),
        ("startsWith", [string text, string part]) => text.StartsWith(part, StringComparison.Ordinal),
        ("endsWith", [string text, string part]) => text.EndsWith(part, StringComparison.Ordinal),
        ("matches", [string text, string pattern]) => Pattern(pattern).IsMatch(text),
        ("find", [string text, string pattern]) => Pattern(pattern).Match(text).Value,
        ("lowerAscii", [string text]) => text.ToLowerInvariant(),
        ("upperAscii", [string text]) => text.ToUpperInvariant(),
        ("trim", [string text]) => text.Trim(),
        ("split", [string text, string separator]) => Split(text, separator, -1),
        ("split", [string text, string separator, long most]) => Split(text, separator, most),
        ("replace", [string text, string old, string fresh]) => old.Length == 0 ? text : text.Replace(old, fresh, StringComparison.Ordinal),
        ("substring", [string text, long start]) => Slice(text, start, text.Length),
        ("substring", [string text, long start, long end]) => Slice(text, start, end),
        ("charAt", [string text, long at]) => at == text.Length ? "" : Slice(text, at, at + 1),
        ("indexOf", [string text, string part]) => (long)text.IndexOf(part, StringComparison.Ordinal),
        ("lastIndexOf", [string text, string part]) => (long)text.LastIndexOf(part, StringComparison.Ordinal),
        ("isURL", [string text]) => Uri.TryCreate(text, UriKind.Absolute, out _),
        ("url", [string text]) => Uri.TryCreate(text, UriKind.Absolute, out var url) ? url : throw new CelException($"URL parse error during conversion from string: {text}"),
        ("getScheme", [Uri url]) => url.Scheme,
        ("getHost", [Uri url]) => url.IsDefaultPort ? url.Host : $"{url.Host}:{url.Port}",
        _ => null,
    };

    private static object? CallConversion(string name, object?[] all) => (name, all) switch
    {
        ("int", [long value]) => value,
        ("int", [double value]) => (long)value,
        ("int", [string text]) => long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : throw new CelException($"strconv.ParseInt: parsing \"{text}\": invalid syntax"),
        ("int", [DateTimeOffset time]) => time.ToUnixTimeSeconds(),
        ("uint", [long value]) => checked((ulong)value),
        ("double", [long value]) => (double)value,
        ("double", [double value]) => value,
        ("double", [string text]) => double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : throw new CelException($"strconv.ParseFloat: parsing \"{text}\": invalid syntax"),
        ("bool", [bool value]) => value,
        ("bool", [string text]) => text is "true" or "t" or "1" or "True" or "TRUE",
        ("string", [string text]) => text,
        ("string", [bool flag]) => flag ? "true" : "false",
        ("string", [double value]) => value.ToString("R", CultureInfo.InvariantCulture),
        ("string", [TimeSpan value]) => string.Create(CultureInfo.InvariantCulture, $"{value.TotalSeconds}s"),
        ("string", [DateTimeOffset time]) => Timestamps.Format(time),
        ("string", [long or ulong]) => Convert.ToString(all[0], CultureInfo.InvariantCulture),
        ("dyn", [{ } value]) => value,
        ("type", [{ } value]) => value.GetType().Name,
        _ => null,
    };

    private static object? CallList(string name, object?[] all) => (name, all) switch
    {
        ("size", [List<object?> list]) => (long)list.Count,
        ("size", [CelMap map]) => (long)map.Count,
        ("size", [byte[] bytes]) => (long)bytes.Length,
        ("join", [List<object?> list]) => string.Concat(list.Cast<string>()),
        ("join", [List<object?> list, string separator]) => string.Join(separator, list.Cast<string>()),
        ("isSorted", [List<object?> list]) => list.Zip(list.Skip(1)).All(pair => CelEquality.Compare(pair.First, pair.Second) <= 0),
        ("sum", [List<object?> list]) => list.Count == 0 ? 0L : list.Aggregate((left, right) => CelOperators.Apply("+", left, right)),
        ("min", [List<object?> { Count: > 0 } list]) => list.Aggregate((left, right) => CelEquality.Compare(left, right) <= 0 ? left : right),
        ("max", [List<object?> { Count: > 0 } list]) => list.Aggregate((left, right) => CelEquality.Compare(left, right) >= 0 ? left : right),
        ("indexOf", [List<object?> list, var item]) => (long)list.FindIndex(candidate => CelEquality.Same(candidate, item)),
        ("lastIndexOf", [List<object?> list, var item]) => (long)list.FindLastIndex(candidate => CelEquality.Same(candidate, item)),
        _ => null,
    };

    private static object? CallTime(string name, object?[] all) => (name, all) switch
    {
        ("duration", [TimeSpan value]) => value,
        ("duration", [string text]) => GoDuration.TryParse(text, out var duration) ? duration : throw new CelException($"time: invalid duration \"{text}\""),
        ("timestamp", [DateTimeOffset time]) => time,
        ("timestamp", [long seconds]) => DateTimeOffset.FromUnixTimeSeconds(seconds),
        ("timestamp", [string text]) => Formats.Matches("date-time", text) ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) : throw new CelException($"invalid timestamp \"{text}\""),
        ("getSeconds", [TimeSpan value]) => (long)value.TotalSeconds,
        ("getMinutes", [TimeSpan value]) => (long)value.TotalMinutes,
        ("getHours", [TimeSpan value]) => (long)value.TotalHours,
        ("getMilliseconds", [TimeSpan value]) => (long)value.TotalMilliseconds,
        ("getFullYear", [DateTimeOffset time]) => (long)time.UtcDateTime.Year,
        ("getMonth", [DateTimeOffset time]) => time.UtcDateTime.Month - 1L,
        ("getDayOfMonth", [DateTimeOffset time]) => time.UtcDateTime.Day - 1L,
        ("getDayOfWeek", [DateTimeOffset time]) => (long)time.UtcDateTime.DayOfWeek,
        ("getHours", [DateTimeOffset time]) => (long)time.UtcDateTime.Hour,
        ("getMinutes", [DateTimeOffset time]) => (long)time.UtcDateTime.Minute,
        ("getSeconds", [DateTimeOffset time]) => (long)time.UtcDateTime.Second,
        _ => null,
    };

    private static object? CallQuantity(string name, object?[] all) => (name, all) switch
    {
        ("quantity", [string text]) => CelQuantity.TryParse(text, out var quantity) ? quantity : throw new CelException("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"),
        ("isQuantity", [string text]) => CelQuantity.TryParse(text, out _),
        ("isGreaterThan", [CelQuantity left, CelQuantity right]) => left.Value > right.Value,
        ("isLessThan", [CelQuantity left, CelQuantity right]) => left.Value < right.Value,
        ("compareTo", [CelQuantity left, CelQuantity right]) => (long)left.Value.CompareTo(right.Value),
        ("isInteger", [CelQuantity quantity]) => decimal.IsInteger(quantity.Value),
        ("asInteger", [CelQuantity quantity]) => (long)quantity.Value,
        _ => null,
    };

    private static Regex Pattern(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, PatternPatience);
        }
        catch (ArgumentException error)
        {
            throw new CelException($"error parsing regexp: {error.Message}");
        }
    }

    private static List<object?> Split(string text, string separator, long most) => most switch
    {
        0 => [],
        _ when separator.Length == 0 => [.. text.Select(letter => letter.ToString())],
        < 0 => [.. text.Split(separator)],
        _ => [.. text.Split(separator, (int)most)],
    };

    private static string Slice(string text, long start, long end) =>
        start >= 0 && end <= text.Length && start <= end ? text[(int)start..(int)end] : throw new CelException($"index out of range: {start}");
}
