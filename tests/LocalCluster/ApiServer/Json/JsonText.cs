using System.Text.Encodings.Web;

namespace BackupOperator.LocalCluster.ApiServer.Json;

/// <summary>How JSON is written on the wire.</summary>
internal static class JsonText
{
    public static JsonSerializerOptions Plain { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Go's print of a string map, as it stands in messages.</summary>
    public static string ToGoMap(JsonObject? map) =>
        $"map[string]string{{{string.Join(", ", (map ?? []).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"\"{pair.Key}\":\"{pair.Value.Text()}\""))}}}";

    public static byte[] ToUtf8(JsonNode node) => JsonSerializer.SerializeToUtf8Bytes(node, Plain);
}
