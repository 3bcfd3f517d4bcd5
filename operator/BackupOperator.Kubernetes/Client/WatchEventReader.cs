using System.Text.Json;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Serialization;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Kubernetes.Client;

/// <summary>Reads one line of a watch (<c>meta/v1 WatchEvent</c>).</summary>
internal static class WatchEventReader
{
    /// <returns>Null for a type of event that is not known.</returns>
    /// <exception cref="KubernetesApiException">It is an ERROR event.</exception>
    public static WatchEvent<T>? Read<T>(ApiRequest request, ReadOnlyMemory<byte> line, ILogger logger)
        where T : class, IKubernetesObject
    {
        using var document = Parse(request, line);
        if (!document.RootElement.TryGetProperty("object", out var item))
        {
            return null;
        }

        switch (document.RootElement.TryGetProperty("type", out var type) ? type.GetString() : null)
        {
            case "ADDED":
                return ReadChange<T>(WatchEventType.Added, item, logger);
            case "MODIFIED":
                return ReadChange<T>(WatchEventType.Modified, item, logger);
            case "DELETED":
                return ReadChange<T>(WatchEventType.Deleted, item, logger);
            case "BOOKMARK":
                return Bare<T>(WatchEventType.Bookmark, EntityReader.ReadMetadata(item));
            case "ERROR":
                throw ApiErrors.From(request, item.Deserialize<V1Status>(KubernetesJson.Options));
            default:
                return null;
        }
    }

    private static WatchEvent<T> ReadChange<T>(WatchEventType type, JsonElement item, ILogger logger)
        where T : class, IKubernetesObject
    {
        try
        {
            return new(type, EntityReader.ReadItem<T>(item));
        }
        catch (JsonException e)
        {
            // Its metadata still counts: the resourceVersion moves on, and a deletion is one whatever the body says.
            var metadata = EntityReader.ReadMetadata(item);
            logger.LogWarning(
                "{Kind} {Namespace}/{Name} cannot be read and is passed over: {Error}",
                EntityDefinition.Of<T>().Kind, metadata?.Namespace, metadata?.Name, e.Message);
            return Bare<T>(type == WatchEventType.Deleted ? type : WatchEventType.Bookmark, metadata);
        }
    }

    private static WatchEvent<T> Bare<T>(WatchEventType type, V1ObjectMeta? metadata)
        where T : class, IKubernetesObject
    {
        // Not by the serializer, which insists on required members.
        var entity = Activator.CreateInstance<T>();
        entity.Metadata = metadata ?? new();
        return new(type, entity);
    }

    private static JsonDocument Parse(ApiRequest request, ReadOnlyMemory<byte> line)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException e)
        {
            throw new KubernetesUnavailableException($"{request}: the watch sent a line that is no JSON.", e);
        }
    }
}
