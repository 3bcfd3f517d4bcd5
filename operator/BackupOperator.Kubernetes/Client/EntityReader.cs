using System.Text.Json;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Serialization;

namespace BackupOperator.Kubernetes.Client;

internal static class EntityReader
{
    /// <summary>An answer that is one object.</summary>
    /// <exception cref="UnreadableObjectException">It does not fit the type.</exception>
    /// <exception cref="KubernetesUnavailableException">It is empty.</exception>
    public static T Read<T>(ApiRequest request, byte[] body)
        where T : class, IKubernetesObject
    {
        try
        {
            return JsonSerializer.Deserialize<T>(body, KubernetesJson.Options)
                ?? throw new KubernetesUnavailableException($"{request}: the answer is empty.");
        }
        catch (JsonException e)
        {
            throw new UnreadableObjectException($"{request}: the answer is not a {typeof(T).Name} that can be read: {e.Message}", e);
        }
    }

    /// <summary>An item of a list or watch. Lists leave out the type of their items.</summary>
    /// <exception cref="JsonException">It does not fit the type.</exception>
    public static T ReadItem<T>(JsonElement item)
        where T : class, IKubernetesObject
    {
        var entity = item.Deserialize<T>(KubernetesJson.Options) ?? throw new JsonException("The item is null.");
        entity.ApiVersion ??= EntityDefinition.Of<T>().ApiVersion;
        entity.Kind ??= EntityDefinition.Of<T>().Kind;
        return entity;
    }

    /// <summary>Only the metadata, of an item that may not fit its type.</summary>
    public static V1ObjectMeta? ReadMetadata(JsonElement item)
    {
        try
        {
            return item.TryGetProperty("metadata", out var metadata) ? metadata.Deserialize<V1ObjectMeta>(KubernetesJson.Options) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
