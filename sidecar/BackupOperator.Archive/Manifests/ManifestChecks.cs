using System.Text.Json;
using BackupOperator.Archive.Compression;

namespace BackupOperator.Archive.Manifests;

/// <summary>Takes values out of the lines of a manifest, and refuses in its own words what cannot be.</summary>
/// <param name="name">How messages name the manifest.</param>
internal sealed class ManifestChecks(string name)
{
    public string Name => name;

    public T Parse<T>(Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (Exception error) when (error is ZstdException or FormatException or JsonException or InvalidOperationException or NotSupportedException)
        {
            throw Corrupt(error.Message.TrimEnd('.'), error);
        }
    }

    public string Text(JsonElement root, string property) =>
        root.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= 4096 } text
            ? text
            : throw Corrupt($"'{property}' is missing or no text");

    public long Number(JsonElement root, string property, long least, long most) =>
        root.TryGetProperty(property, out var value) ? Number(value, least, most) : throw Corrupt($"'{property}' is missing");

    public long Number(JsonElement value, long least, long most) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most
            ? number
            : throw Corrupt("a number is out of its range");

    public CorruptArchiveException Corrupt(string why, Exception? inner = null) =>
        new($"{name} is damaged or not to be trusted: {why}.", inner) { StoredAs = name };

    public static string Show(string path) => JsonSerializer.Serialize(path.Length > 200 ? path[..200] : path, ManifestJson.Options);
}
