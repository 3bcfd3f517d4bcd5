using System.Text.Json;
using System.Text.Json.Serialization;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Serialization;

internal sealed class KubernetesDurationConverter : JsonConverter<KubernetesDuration>
{
    public override KubernetesDuration Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && KubernetesDuration.TryParse(reader.GetString(), out var duration)
            ? duration
            : throw new JsonException("Expected a duration such as 30m or 1h30m.");

    public override void Write(Utf8JsonWriter writer, KubernetesDuration value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
