using BackupOperator.LocalCluster.ApiServer.Protobuf;
using Microsoft.AspNetCore.Http;
using YamlDotNet.Core;

namespace BackupOperator.LocalCluster.ApiServer.Requests;

/// <summary>Reads the body of a write.</summary>
internal static class RequestBody
{
    private const int MostBytes = 3 * 1024 * 1024;

    public static async Task<byte[]> ReadBytesAsync(HttpContext http)
    {
        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
        return buffer.Length <= MostBytes
            ? buffer.ToArray()
            : throw new ApiStatusException(413, "RequestEntityTooLarge", $"Request entity too large: limit is {MostBytes}");
    }

    /// <summary>Reads an object in JSON, or in YAML where the media type says so.</summary>
    public static async Task<JsonObject?> ReadObjectAsync(HttpContext http, List<string>? duplicates = null)
    {
        var bytes = await ReadBytesAsync(http);
        if (bytes.Length == 0)
        {
            return null;
        }

        var mediaType = MediaType(http);
        if (mediaType == ProtobufEnvelope.MediaType)
        {
            return ProtobufEnvelope.Read(bytes);
        }

        if (mediaType is not ("" or "application/json" or "application/yaml" or "*/*"))
        {
            throw ApiErrors.UnsupportedMediaType(["application/json", "application/yaml"]);
        }

        return ParseObject(bytes, mediaType == "application/yaml", duplicates);
    }

    public static string MediaType(HttpContext http) => (http.Request.ContentType ?? "").Split(';')[0].Trim();

    public static JsonObject ParseObject(byte[] bytes, bool yaml, List<string>? duplicates = null) =>
        Parse(bytes, yaml, duplicates) as JsonObject ?? throw ApiErrors.BadRequest("the body of the request must be an object");

    public static JsonNode? Parse(byte[] bytes, bool yaml, List<string>? duplicates = null)
    {
        try
        {
            return yaml
                ? YamlReading.ParseAll(Encoding.UTF8.GetString(bytes)) is [var first, ..] ? first : null
                : JsonReading.Parse(bytes, duplicates);
        }
        catch (Exception error) when (error is JsonException or YamlException)
        {
            throw ApiErrors.BadRequest($"error decoding the body of the request: {error.Message}");
        }
    }
}
