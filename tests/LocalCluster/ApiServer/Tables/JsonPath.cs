namespace BackupOperator.LocalCluster.ApiServer.Tables;

/// <summary>The part of JSONPath that printer columns use: fields, indexes, <c>[*]</c> and <c>[?(@.a=="b")]</c>.</summary>
internal sealed class JsonPath
{
    private readonly IReadOnlyList<Func<JsonNode, IEnumerable<JsonNode?>>> steps;

    private JsonPath(IReadOnlyList<Func<JsonNode, IEnumerable<JsonNode?>>> steps) => this.steps = steps;

    /// <exception cref="FormatException">The text is no path of this kind.</exception>
    public static JsonPath Parse(string text)
    {
        var rest = text.Trim().TrimStart('{').TrimEnd('}').TrimStart('$');
        var parsed = new List<Func<JsonNode, IEnumerable<JsonNode?>>>();
        while (rest.Length > 0)
        {
            if (rest[0] == '[')
            {
                var end = BracketEnd(rest);
                parsed.Add(Bracket(rest[1..end]));
                rest = rest[(end + 1)..];
            }
            else
            {
                var name = FieldName(rest.TrimStart('.'), out rest);
                parsed.Add(Field(name));
            }
        }

        return new JsonPath(parsed);
    }

    public IEnumerable<JsonNode> Select(JsonNode root)
    {
        IEnumerable<JsonNode> found = [root];
        foreach (var step in steps)
        {
            found = found.SelectMany(step).OfType<JsonNode>().ToList();
        }

        return found;
    }

    private static string FieldName(string text, out string rest)
    {
        var name = new StringBuilder();
        var at = 0;
        for (; at < text.Length && text[at] is not ('.' or '['); at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
            {
                at++;
            }

            name.Append(text[at]);
        }

        if (name.Length == 0)
        {
            throw new FormatException($"not a JSONPath: {text}");
        }

        rest = text[at..];
        return name.ToString();
    }

    private static int BracketEnd(string text)
    {
        var quote = '\0';
        for (var at = 0; at < text.Length; at++)
        {
            if (quote != '\0')
            {
                quote = text[at] == quote ? '\0' : quote;
            }
            else if (text[at] is '"' or '\'')
            {
                quote = text[at];
            }
            else if (text[at] == ']')
            {
                return at;
            }
        }

        throw new FormatException($"unterminated array: {text}");
    }

    private static Func<JsonNode, IEnumerable<JsonNode?>> Field(string name) =>
        name == "*" ? Everything : node => node is JsonObject map && map.TryGetPropertyValue(name, out var value) ? [value] : [];

    private static IEnumerable<JsonNode?> Everything(JsonNode node) => node switch
    {
        JsonArray list => list,
        JsonObject map => map.Select(pair => pair.Value),
        _ => [],
    };

    private static Func<JsonNode, IEnumerable<JsonNode?>> Bracket(string text)
    {
        if (text == "*")
        {
            return Everything;
        }

        if (text[0] is '"' or '\'')
        {
            return Field(text[1..^1]);
        }

        if (text.StartsWith("?(", StringComparison.Ordinal))
        {
            return Filter(text[2..^1]);
        }

        var index = int.Parse(text, CultureInfo.InvariantCulture);
        return node => node is JsonArray list && (index < 0 ? index + list.Count : index) is var at && at >= 0 && at < list.Count ? [list[at]] : [];
    }

    private static Func<JsonNode, IEnumerable<JsonNode?>> Filter(string text)
    {
        foreach (var sign in (string[])["==", "!="])
        {
            var at = text.IndexOf(sign, StringComparison.Ordinal);
            if (at > 0)
            {
                var path = Parse(text[..at].Trim().TrimStart('@'));
                var wanted = text[(at + 2)..].Trim().Trim('"', '\'');
                return node => Everything(node).Where(item => item is not null && path.Select(item).Any(value => Text(value) == wanted) == (sign == "=="));
            }
        }

        var present = Parse(text.Trim().TrimStart('@'));
        return node => Everything(node).Where(item => item is not null && present.Select(item).Any());
    }

    private static string Text(JsonNode value) => value.Text() ?? value.ToJsonString();
}
