using System.Text.RegularExpressions;

namespace BackupOperator.LocalCluster.ApiServer.Schema;

/// <summary>One field of the text form.</summary>
internal sealed partial record SchemaTextField(string Name, string Type, bool Required, JsonNode? Default, IReadOnlyList<JsonNode?> Enum, IReadOnlyList<string> Keys, bool IsSet, bool IsAtomic, string MergeKey)
{
    public static SchemaTextField Plain { get; } = new("", "", false, null, [], [], false, false, "");

    public static SchemaTextField Parse(string line)
    {
        var match = Shape().Match(line);
        if (!match.Success)
        {
            throw new FormatException($"not a field: {line}");
        }

        return new SchemaTextField(
            match.Groups["name"].Value,
            match.Groups["type"].Value,
            match.Groups["required"].Success,
            match.Groups["default"].Success ? JsonReading.Parse(Encoding.UTF8.GetBytes(match.Groups["default"].Value)) : null,
            match.Groups["enum"].Success ? [.. match.Groups["enum"].Value.Split('|').Select(value => JsonValue.Create(value))] : [],
            match.Groups["keys"].Success ? match.Groups["keys"].Value.Split(',') : [],
            match.Groups["set"].Success,
            match.Groups["atomic"].Success,
            match.Groups["merge"].Value);
    }

    [GeneratedRegex("""^(?<name>\w+): (?<type>[\w\[\]{}]+)(?<required>!)?( = (?<default>"[^"]*"|\{.*\}|\w+))?( \((?<enum>[\w|]+)\))?( by (?<keys>[\w,]+)|(?<set> set)|(?<atomic> atomic))?( merge (?<merge>\w+))?$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Shape();
}
