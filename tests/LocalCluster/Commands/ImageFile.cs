using BackupOperator.LocalCluster.Images;

namespace BackupOperator.LocalCluster.Commands;

/// <summary>Reads the images of a JSON file: an object each, or the path of a .NET program.</summary>
internal static class ImageFile
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        AllowTrailingCommas = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
    };

    /// <exception cref="JsonException">The file is not as it should be.</exception>
    public static Dictionary<string, ContainerImage> Read(string file)
    {
        var images = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(File.ReadAllText(file), Options) ?? [];
        return images.ToDictionary(
            image => image.Key,
            image => image.Value.ValueKind == JsonValueKind.String
                ? StandardImages.DotNet(image.Value.GetString()!)
                : image.Value.Deserialize<ContainerImage>(Options)!,
            StringComparer.Ordinal);
    }
}
