using System.Text.RegularExpressions;

namespace BackupOperator.Chart.Tests.Monitoring;

/// <summary>Finds the metrics in PromQL. What is neither a function, a label nor a word of the language is taken for one.</summary>
internal static partial class PromQl
{
    private static readonly HashSet<string> Words = new(StringComparer.Ordinal)
    {
        "and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "group_left", "group_right", "inf", "nan",
    };

    public static IEnumerable<string> Metrics(string expression)
    {
        var text = Text().Replace(expression, "\"\"");
        text = Range().Replace(Braces().Replace(text, ""), "");
        text = Labels().Replace(text, "");
        text = Offset().Replace(text, "");
        return Name().Matches(text).Where(m => !m.Groups["call"].Success).Select(m => m.Groups["name"].Value).Where(n => !Words.Contains(n)).Distinct(StringComparer.Ordinal);
    }

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Text();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Braces();

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Range();

    [GeneratedRegex(@"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")]
    private static partial Regex Labels();

    [GeneratedRegex(@"\boffset\s+\S+")]
    private static partial Regex Offset();

    [GeneratedRegex(@"(?<![\w$:.])(?<name>[a-zA-Z_:][\w:]*)(?<call>\s*\()?")]
    private static partial Regex Name();
}
