using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BackupOperator.Kubernetes.Serialization;

/// <summary>
/// RFC 3339 in UTC with <c>Z</c>, as <c>meta/v1 Time</c>; whole seconds are written without a fraction, others with
/// what the fraction needs.
/// </summary>
public sealed class TimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture));
}
