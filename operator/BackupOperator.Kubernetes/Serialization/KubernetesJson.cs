using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace BackupOperator.Kubernetes.Serialization;

/// <summary>JSON as the API server reads and writes it: camelCase, no nulls, times in UTC, enums by name.</summary>
public static class KubernetesJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new TimeConverter(), new JsonStringEnumConverter(allowIntegerValues: false) },
    };

    public static string Serialize<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <exception cref="JsonException">The text is no JSON, or does not fit the type.</exception>
    public static T? Deserialize<T>(string json) => JsonSerializer.Deserialize<T>(json, Options);

    public static JsonObject ToNode<T>(T value)
        where T : class => JsonSerializer.SerializeToNode(value, Options)!.AsObject();

    /// <exception cref="JsonException">The node does not fit the type.</exception>
    public static T? FromNode<T>(JsonNode? node) => node.Deserialize<T>(Options);
}
