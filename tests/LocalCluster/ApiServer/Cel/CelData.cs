using BackupOperator.LocalCluster.ApiServer.Schema;

namespace BackupOperator.LocalCluster.ApiServer.Cel;

/// <summary>
/// Turns JSON into values of the language, by its schema: a <c>date-time</c> is a timestamp, a <c>duration</c> a duration,
/// an integer in a number field a double. Values are null, bool, long, ulong, double, string, byte[], DateTimeOffset,
/// TimeSpan, <see cref="CelMap"/> and lists.
/// </summary>
internal static class CelData
{
    public static object? From(JsonNode? node, ObjectSchema? schema)
    {
        switch (node)
        {
            case null:
                return null;
            case JsonObject map:
                return new CelMap(map, schema);
            case JsonArray list:
                return list.Select(item => From(item, schema?.Items)).ToList();
        }

        var value = node.AsValue();
        return value.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String => Text(value.GetValue<string>(), schema),
            _ when schema is { Type: "number", IntOrString: false } => Real(value),
            _ when JsonNodes.TryInteger(value, out var whole) => whole,
            _ => Real(value),
        };
    }

    private static object Real(JsonValue value) => JsonNodes.TryInteger(value, out var whole) ? (double)whole : value.GetValue<double>();

    private static object Text(string text, ObjectSchema? schema) => schema?.Format switch
    {
        "date-time" or "date" when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time,
        "duration" when GoDuration.TryParse(text, out var duration) => duration,
        "byte" when TryBytes(text, out var bytes) => bytes,
        _ => text,
    };

    private static bool TryBytes(string text, out byte[] bytes)
    {
        var buffer = new byte[text.Length];
        var right = Convert.TryFromBase64String(text, buffer, out var length);
        bytes = buffer[..length];
        return right;
    }
}
