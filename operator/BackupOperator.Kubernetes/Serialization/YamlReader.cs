using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace BackupOperator.Kubernetes.Serialization;

/// <summary>Reads YAML (or JSON) manifests as JSON.</summary>
public static partial class YamlReader
{
    /// <summary>All documents of a text; empty ones are left out.</summary>
    /// <exception cref="FormatException">The text is no YAML, or has keys that JSON cannot have.</exception>
    public static IReadOnlyList<JsonNode> Read(string yaml)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return [.. stream.Documents.Select(d => Convert(d.RootNode)).OfType<JsonNode>()];
        }
        catch (YamlException e)
        {
            throw new FormatException($"Line {e.Start.Line} is not valid YAML: {e.Message}", e);
        }
    }

    /// <summary>A text of exactly one document, as <typeparamref name="T"/>.</summary>
    /// <exception cref="FormatException">There is none, or more than one.</exception>
    /// <exception cref="System.Text.Json.JsonException">It does not fit the type.</exception>
    public static T Read<T>(string yaml)
        where T : class =>
        Read(yaml) is [var node] ? KubernetesJson.FromNode<T>(node)! : throw new FormatException("Expected exactly one YAML document.");

    private static JsonNode? Convert(YamlNode node) =>
        node switch
        {
            YamlMappingNode map => new JsonObject(map.Children.Select(c => KeyValuePair.Create(Key(c.Key), Convert(c.Value)))),
            YamlSequenceNode list => new JsonArray([.. list.Children.Select(Convert)]),
            YamlScalarNode scalar => Convert(scalar),
            _ => null,
        };

    private static string Key(YamlNode node) =>
        node is YamlScalarNode { Value: { } key } ? key : throw new FormatException("A key of a mapping is not a text.");

    private static JsonValue? Convert(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain)
        {
            return JsonValue.Create(text);
        }

        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            _ when IntegerPattern().IsMatch(text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) => JsonValue.Create(integer),
            // YAML 1.1, as kubectl reads it: defaultMode: 0440 is octal.
            _ when OctalPattern().IsMatch(text) => JsonValue.Create(System.Convert.ToInt64(text, 8)),
            _ when NumberPattern().IsMatch(text) => JsonValue.Create(double.Parse(text, CultureInfo.InvariantCulture)),
            _ => JsonValue.Create(text),
        };
    }

    [GeneratedRegex("^[-+]?(0|[1-9][0-9]*)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex IntegerPattern();

    [GeneratedRegex("^0[0-7]{1,20}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex OctalPattern();

    [GeneratedRegex(@"^[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+|\.[0-9]+[eE][-+]?[0-9]+)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NumberPattern();
}
