using System.Globalization;
using System.Text.Json;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Serialization;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Kubernetes.Client;

/// <summary>Reads a list page by page, all pages of one resourceVersion.</summary>
internal sealed class Pager<T>(ApiTransport transport, string? @namespace, ListQuery query, int pageSize, ILogger logger)
    where T : class, IKubernetesObject
{
    private const int MaxRestarts = 2;

    public async Task<EntityList<T>> ReadAsync(CancellationToken cancellationToken)
    {
        for (var restart = 0; ; restart++)
        {
            try
            {
                // Who lists too slowly for the server's memory gets the last try in one piece.
                return await ReadPagesAsync(restart < MaxRestarts ? pageSize : 0, cancellationToken);
            }
            catch (KubernetesApiException e) when (e.IsGone && restart < MaxRestarts)
            {
                logger.LogDebug("The pages of {Plural} expired while they were read; reading again", EntityDefinition.Of<T>().PluralName);
            }
        }
    }

    private async Task<EntityList<T>> ReadPagesAsync(int limit, CancellationToken cancellationToken)
    {
        var items = new List<T>();
        var unreadable = new List<NamespacedName>();
        string? next = null;
        while (true)
        {
            var request = ApiRequest.For<T>(HttpMethod.Get, "list", true, @namespace)
                .With("labelSelector", query.LabelSelector)
                .With("fieldSelector", query.FieldSelector)
                .With("limit", limit > 0 ? limit.ToString(CultureInfo.InvariantCulture) : null)
                .With("continue", next);
            var metadata = ReadPage(request, await transport.SendAsync(request, cancellationToken), items, unreadable);
            next = metadata.Continue;
            if (string.IsNullOrEmpty(next))
            {
                return new(items, metadata.ResourceVersion ?? "") { Unreadable = unreadable };
            }
        }
    }

    private V1ListMeta ReadPage(ApiRequest request, byte[] body, List<T> items, List<NamespacedName> unreadable)
    {
        try
        {
            using var page = JsonDocument.Parse(body);
            if (page.RootElement.GetProperty("items") is { ValueKind: JsonValueKind.Array } array)
            {
                foreach (var item in array.EnumerateArray())
                {
                    ReadItem(item, items, unreadable);
                }
            }

            return page.RootElement.GetProperty("metadata").Deserialize<V1ListMeta>(KubernetesJson.Options) ?? new();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new KubernetesUnavailableException($"{request}: the answer is no list: {e.Message}", e);
        }
    }

    // One object that does not fit its type (an older version's, say) must not hide all the others.
    private void ReadItem(JsonElement item, List<T> items, List<NamespacedName> unreadable)
    {
        try
        {
            items.Add(EntityReader.ReadItem<T>(item));
        }
        catch (JsonException e)
        {
            var metadata = EntityReader.ReadMetadata(item);
            var name = new NamespacedName(metadata?.Namespace ?? "", metadata?.Name ?? "");
            unreadable.Add(name);
            logger.LogWarning("{Kind} {Name} cannot be read and is passed over: {Error}", EntityDefinition.Of<T>().Kind, name, e.Message);
        }
    }
}
