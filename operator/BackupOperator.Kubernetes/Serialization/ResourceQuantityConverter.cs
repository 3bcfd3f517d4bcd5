using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Serialization;

/// <summary>Reads strings and bare numbers (a custom resource keeps <c>cpu: 2</c> as a number); writes strings.</summary>
internal sealed class ResourceQuantityConverter : JsonConverter<ResourceQuantity>
{
    public override ResourceQuantity? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
            _ => null,
        };
        return ResourceQuantity.TryParse(text, out var quantity)
            ? quantity
            : throw new JsonException($"'{text}' is no quantity.");
    }

    public override void Write(Utf8JsonWriter writer, ResourceQuantity value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
