using BackupOperator.LocalCluster.ApiServer.Lifecycle;

namespace BackupOperator.LocalCluster.ApiServer.Selectors;

/// <summary>Conditions on the few fields of a kind that may be selected by (<c>apimachinery/pkg/fields</c>).</summary>
internal sealed class FieldSelector(IReadOnlyList<(string Field, bool Equal, string Value)> requirements)
{
    public static FieldSelector Everything { get; } = new([]);

    public bool IsEmpty => requirements.Count == 0;

    public bool Matches(JsonObject body) => requirements.All(requirement => (Value(body, requirement.Field) == requirement.Value) == requirement.Equal);

    /// <param name="text">The query's <c>fieldSelector</c>, such as <c>status.phase=Running,spec.nodeName!=a</c>.</param>
    /// <param name="supported">The fields besides <c>metadata.name</c> and <c>metadata.namespace</c>.</param>
    public static FieldSelector Parse(string? text, IReadOnlyCollection<string> supported)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return Everything;
        }

        var requirements = new List<(string, bool, string)>();
        foreach (var term in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var at = term.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                throw ApiErrors.BadRequest($"invalid field selector: \"{text}\"; can't understand '{term}'");
            }

            var equal = term[at - 1] != '!';
            var field = term[..(equal ? at : at - 1)];
            var value = term[(at + 1)..].TrimStart('=');
            if (field is not ("metadata.name" or "metadata.namespace") && !supported.Contains(field))
            {
                throw ApiErrors.BadRequest(supported.Count > 0
                    ? $"field label not supported: {field}"
                    : $"\"{field}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
            }

            requirements.Add((field, equal, value));
        }

        return new FieldSelector(requirements);
    }

    private static string Value(JsonObject body, string field) => body.At(EventConversion.StoredField(field).Split('.')) switch
    {
        null when field == "spec.unschedulable" => "false",
        JsonValue value => value.TryGetValue<string>(out var text) ? text : value.ToJsonString(),
        _ => "",
    };
}
