namespace BackupOperator.LocalCluster.ApiServer.Errors;

/// <summary>One reason why an object is invalid, in the words of the API server (<c>apimachinery/pkg/util/validation/field</c>).</summary>
/// <param name="Type">The cause's reason, such as <c>FieldValueRequired</c>.</param>
/// <param name="Field">Path with dots and brackets, such as <c>spec.items[0].name</c>.</param>
/// <param name="Body">The text after the path.</param>
internal sealed record FieldError(string Type, string Field, string Body)
{
    public string Message => $"{Field}: {Body}";

    public static FieldError Required(string field, string detail = "") =>
        new("FieldValueRequired", field, detail.Length == 0 ? "Required value" : $"Required value: {detail}");

    public static FieldError Invalid(string field, JsonNode? value, string detail) =>
        new("FieldValueInvalid", field, $"Invalid value: {Describe(value)}: {detail}");

    public static FieldError InvalidType(string field, JsonNode? value, string detail) =>
        new("FieldValueTypeInvalid", field, $"Invalid value: {Describe(value)}: {detail}");

    public static FieldError Forbidden(string field, string detail) =>
        new("FieldValueForbidden", field, detail.Length == 0 ? "Forbidden" : $"Forbidden: {detail}");

    public static FieldError Duplicate(string field, JsonNode? value) =>
        new("FieldValueDuplicate", field, $"Duplicate value: {DescribeNested(value)}");

    public static FieldError NotSupported(string field, JsonNode? value, IEnumerable<string> supported) =>
        new("FieldValueNotSupported", field, $"Unsupported value: {Describe(value)}: supported values: {string.Join(", ", supported.Select(item => $"\"{item}\""))}");

    public static FieldError TooLong(string field, long most) =>
        new("FieldValueTooLong", field, $"Too long: may not be more than {most} bytes");

    public static FieldError TooMany(string field, long actual, long most) =>
        new("FieldValueTooMany", field, $"Too many: {actual}: must have at most {most} items");

    /// <summary>Go's <c>%#v</c> for scalars; whole objects are named by their kind of JSON only.</summary>
    public static string Describe(JsonNode? value) => value switch
    {
        null => "\"null\"",
        JsonObject => "\"object\"",
        JsonArray => "\"array\"",
        _ => value.GetValueKind() == JsonValueKind.String ? Quote(value.GetValue<string>()) : value.ToJsonString(),
    };

    private static string DescribeNested(JsonNode? value) => value switch
    {
        JsonObject map => $"map[string]interface {{}}{{{string.Join(", ", map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"\"{pair.Key}\":{DescribeNested(pair.Value)}"))}}}",
        _ => Describe(value),
    };

    private static string Quote(string text) => JsonSerializer.Serialize(text, JsonText.Plain);
}
