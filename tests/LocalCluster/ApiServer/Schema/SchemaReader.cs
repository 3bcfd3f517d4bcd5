using System.Text.RegularExpressions;
using BackupOperator.LocalCluster.ApiServer.Cel;

namespace BackupOperator.LocalCluster.ApiServer.Schema;

/// <summary>Reads the <c>openAPIV3Schema</c> of a CustomResourceDefinition.</summary>
internal static class SchemaReader
{
    private static readonly TimeSpan PatternPatience = TimeSpan.FromSeconds(1);

    /// <exception cref="CelException">A rule of x-kubernetes-validations does not parse.</exception>
    /// <exception cref="ArgumentException">A pattern is no regular expression.</exception>
    public static ObjectSchema Read(JsonObject source)
    {
        var schema = new ObjectSchema
        {
            Type = source.Text("type") ?? "",
            Format = source.Text("format") ?? "",
            Description = source.Text("description") ?? "",
            Nullable = source.Flag("nullable"),
            IntOrString = source.Flag("x-kubernetes-int-or-string"),
            PreserveUnknown = source.Flag("x-kubernetes-preserve-unknown-fields"),
            EmbeddedResource = source.Flag("x-kubernetes-embedded-resource"),
            Default = JsonNodes.Copy(source["default"]),
            Enum = [.. (source["enum"] as JsonArray ?? []).Select(JsonNodes.Copy)],
            Limits = Limits(source),
            ListType = source.Text("x-kubernetes-list-type") ?? "",
            ListMapKeys = [.. source.Texts("x-kubernetes-list-map-keys")],
            MapType = source.Text("x-kubernetes-map-type") ?? "",
            Rules = [.. source.Objects("x-kubernetes-validations").Select(CelRule.Read)],
            AllOf = [.. source.Objects("allOf").Select(Read)],
            AnyOf = [.. source.Objects("anyOf").Select(Read)],
            OneOf = [.. source.Objects("oneOf").Select(Read)],
            Not = source["not"] is JsonObject not ? Read(not) : null,
        };
        foreach (var (name, value) in source["properties"] as JsonObject ?? [])
        {
            schema.Properties[name] = Read((JsonObject)value!);
        }

        schema.Required.AddRange(source.Texts("required"));
        schema.AdditionalProperties = source["additionalProperties"] switch
        {
            JsonObject values => Read(values),
            JsonValue flag when flag.TryGetValue<bool>(out var allowed) && allowed => new ObjectSchema { PreserveUnknown = true },
            _ => null,
        };
        schema.Items = source["items"] is JsonObject items ? Read(items) : null;
        return schema;
    }

    private static ValueLimits Limits(JsonObject source) => new()
    {
        Minimum = Real(source["minimum"]),
        ExclusiveMinimum = source.Flag("exclusiveMinimum"),
        Maximum = Real(source["maximum"]),
        ExclusiveMaximum = source.Flag("exclusiveMaximum"),
        MultipleOf = Real(source["multipleOf"]),
        MinLength = source.Number("minLength"),
        MaxLength = source.Number("maxLength"),
        MinItems = source.Number("minItems"),
        MaxItems = source.Number("maxItems"),
        UniqueItems = source.Flag("uniqueItems"),
        MinProperties = source.Number("minProperties"),
        MaxProperties = source.Number("maxProperties"),
        Pattern = source.Text("pattern") is { } pattern ? new Regex(pattern, RegexOptions.CultureInvariant, PatternPatience) : null,
    };

    private static double? Real(JsonNode? node) =>
        node is JsonValue value ? JsonNodes.TryInteger(value, out var whole) ? whole : value.GetValue<double>() : null;
}
