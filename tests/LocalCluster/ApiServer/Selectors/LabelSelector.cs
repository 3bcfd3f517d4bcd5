namespace BackupOperator.LocalCluster.ApiServer.Selectors;

/// <summary>A set of conditions on labels; empty selects everything (<c>apimachinery/pkg/labels</c>).</summary>
internal sealed class LabelSelector(IReadOnlyList<LabelRequirement> requirements)
{
    public static LabelSelector Everything { get; } = new([]);

    public bool IsEmpty => requirements.Count == 0;

    public bool Matches(JsonObject? labels) => requirements.All(requirement => requirement.Matches(labels));

    /// <summary>Reads a query's <c>labelSelector</c>, such as <c>app=db,tier in (a, b),!old</c>.</summary>
    public static LabelSelector Parse(string? text) =>
        string.IsNullOrWhiteSpace(text) ? Everything : new LabelSelector([.. Split(text).Select(ParseRequirement)]);

    /// <summary>Reads a <c>meta/v1 LabelSelector</c>.</summary>
    public static LabelSelector FromObject(JsonObject selector) => new(
    [
        .. (selector["matchLabels"] as JsonObject ?? []).Select(pair => new LabelRequirement(pair.Key, LabelOperator.In, [pair.Value.Text() ?? ""])),
        .. selector.Objects("matchExpressions").Select(expression => new LabelRequirement(
            expression.Text("key") ?? "",
            Enum.Parse<LabelOperator>(expression.Text("operator") ?? "Exists"),
            [.. expression.Texts("values")])),
    ]);

    /// <summary>The form of a query.</summary>
    public override string ToString() => string.Join(',', requirements.Select(requirement => requirement.ToString()));

    private static IEnumerable<string> Split(string text)
    {
        var depth = 0;
        var start = 0;
        for (var index = 0; index < text.Length; index++)
        {
            depth += text[index] switch { '(' => 1, ')' => -1, _ => 0 };
            if (text[index] == ',' && depth == 0)
            {
                yield return text[start..index].Trim();
                start = index + 1;
            }
        }

        yield return text[start..].Trim();
    }

    private static LabelRequirement ParseRequirement(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        if (open > 0 && text.EndsWith(')'))
        {
            var words = text[..open].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is [var key, "in" or "notin"])
            {
                return new LabelRequirement(key, words[1] == "in" ? LabelOperator.In : LabelOperator.NotIn, text[(open + 1)..^1].Split(',', StringSplitOptions.TrimEntries));
            }

            throw Unparsable(text);
        }

        foreach (var (sign, kind) in new[] { ("!=", LabelOperator.NotIn), ("==", LabelOperator.In), ("=", LabelOperator.In), (">", LabelOperator.GreaterThan), ("<", LabelOperator.LessThan) })
        {
            var at = text.IndexOf(sign, StringComparison.Ordinal);
            if (at > 0)
            {
                return new LabelRequirement(text[..at].Trim(), kind, [text[(at + sign.Length)..].Trim()]);
            }
        }

        var absent = text.StartsWith('!');
        var name = (absent ? text[1..] : text).Trim();
        return name.Length == 0 || name.Contains(' ', StringComparison.Ordinal)
            ? throw Unparsable(text)
            : new LabelRequirement(name, absent ? LabelOperator.DoesNotExist : LabelOperator.Exists, []);
    }

    private static ApiStatusException Unparsable(string text) =>
        ApiErrors.BadRequest($"unable to parse requirement: found '{text}', expected: 'in', 'notin', '=', '==', '!=', 'gt', 'lt' or an identifier");
}
