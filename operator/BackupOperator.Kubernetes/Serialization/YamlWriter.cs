using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace BackupOperator.Kubernetes.Serialization;

/// <summary>
/// Writes JSON as YAML in one stable form: keys sorted, two spaces, list items at the level of their key. The same
/// content always gives the same bytes, so that generated files can be compared.
/// </summary>
public static partial class YamlWriter
{
    private static readonly JsonSerializerOptions Escapes = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(JsonNode node)
    {
        var text = new StringBuilder();
        Append(text, node, 0);
        return text.ToString();
    }

    /// <summary>Several documents in one file.</summary>
    public static string Write(IEnumerable<JsonNode> documents) => string.Join("---\n", documents.Select(Write));

    private static void Append(StringBuilder text, JsonNode? node, int indent)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } map:
                AppendMap(text, map, indent);
                break;
            case JsonArray { Count: > 0 } list:
                AppendList(text, list, indent);
                break;
            default:
                text.Append(Scalar(node)).Append('\n');
                break;
        }
    }

    private static void AppendMap(StringBuilder text, JsonObject map, int indent)
    {
        var first = true;
        foreach (var (key, value) in map.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            // The first key follows the dash of its list item.
            text.Append(' ', first && !AtLineStart(text) ? 0 : indent).Append(Scalar(JsonValue.Create(key))).Append(':');
            first = false;
            AppendValue(text, value, indent);
        }
    }

    private static void AppendValue(StringBuilder text, JsonNode? value, int indent)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 }:
                text.Append('\n');
                Append(text, value, indent + 2);
                break;
            case JsonArray { Count: > 0 }:
                text.Append('\n');
                Append(text, value, indent);
                break;
            default:
                text.Append(' ');
                Append(text, value, indent);
                break;
        }
    }

    private static void AppendList(StringBuilder text, JsonArray list, int indent)
    {
        foreach (var item in list)
        {
            text.Append(' ', AtLineStart(text) ? indent : 0).Append("- ");
            Append(text, item, indent + 2);
        }
    }

    private static bool AtLineStart(StringBuilder text) => text.Length == 0 || text[^1] == '\n';

    private static string Scalar(JsonNode? node) =>
        node switch
        {
            null => "null",
            JsonObject => "{}",
            JsonArray => "[]",
            _ when node.GetValueKind() == JsonValueKind.String => Quote(node.GetValue<string>()),
            _ => node.ToJsonString(),
        };

    private static string Quote(string text)
    {
        if (text.Any(c => char.IsControl(c)))
        {
            return JsonSerializer.Serialize(text, Escapes);
        }

        return PlainPattern().IsMatch(text) && !Ambiguous(text) ? text : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
    }

    // What YAML 1.1 would read as a bool, null, number, time or the like.
    private static bool Ambiguous(string text) =>
        text.ToLowerInvariant() is "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n" or "null" or "~"
        || text.EndsWith(' ') || text.EndsWith(':')
        || text.Contains(": ", StringComparison.Ordinal) || text.Contains(" #", StringComparison.Ordinal)
        || char.IsAsciiDigit(text[0])
        || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    [GeneratedRegex(@"^[\p{L}\p{N}_./(][^\t\r\n]*$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex PlainPattern();
}
