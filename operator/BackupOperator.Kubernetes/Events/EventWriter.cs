using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Events;

/// <summary>Creates events, or raises the count of those it has created. Not for concurrent use.</summary>
internal sealed class EventWriter(IKubernetesClient client, string component, string instance)
{
    // The API server refuses longer ones.
    private const int MaxMessage = 1024;
    private const int MaxRemembered = 500;

    // An event lives for an hour; after that time a new one is due.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(50);

    private readonly Dictionary<(string?, EventType, string, string), Written> written = [];

    private long lastSuffix;

    public async Task WriteAsync(PendingEvent item, CancellationToken cancellationToken)
    {
        if (written.TryGetValue(item.Key, out var earlier) && item.Time - earlier.LastTime < Lifetime
            && await TryRaiseAsync(earlier, item, cancellationToken))
        {
            return;
        }

        var created = await client.CreateAsync(NewEvent(item), cancellationToken);
        Forget();
        written[item.Key] = new(created.Metadata.Name!, created.Metadata.Namespace!, 1, item.Time);
    }

    private async Task<bool> TryRaiseAsync(Written earlier, PendingEvent item, CancellationToken cancellationToken)
    {
        var next = earlier with { Count = earlier.Count + 1, LastTime = item.Time };
        var patch = new JsonObject
        {
            ["count"] = next.Count,
            ["lastTimestamp"] = item.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
        };
        try
        {
            await client.PatchAsync<V1Event>(earlier.Name, earlier.Namespace, KubernetesPatch.Merge(patch), null, cancellationToken);
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            return false;
        }

        written[item.Key] = next;
        return true;
    }

    private V1Event NewEvent(PendingEvent item)
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(item.Time.ToUnixTimeSeconds());
        return new()
        {
            Metadata = new()
            {
                // The object's name and the time, as the events of kubectl's other sources have it.
                Name = $"{Shorten(item.Object.Name ?? "unknown", 200)}.{NextSuffix(item.Time):x}",
                Namespace = string.IsNullOrEmpty(item.Object.Namespace) ? "default" : item.Object.Namespace,
            },
            InvolvedObject = item.Object,
            Type = item.Type.ToString(),
            Reason = item.Reason,
            Message = Shorten(item.Message, MaxMessage),
            Source = new() { Component = component },
            ReportingComponent = component,
            ReportingInstance = instance,
            FirstTimestamp = time,
            LastTimestamp = time,
            Count = 1,
        };
    }

    // Two events may have the same time, but not the same name.
    private long NextSuffix(DateTimeOffset now) => lastSuffix = Math.Max(lastSuffix + 1, now.UtcTicks);

    private void Forget()
    {
        if (written.Count >= MaxRemembered)
        {
            written.Remove(written.MinBy(w => w.Value.LastTime).Key);
        }
    }

    private static string Shorten(string text, int length) => text.Length <= length ? text : text[..length];

    private sealed record Written(string Name, string Namespace, int Count, DateTimeOffset LastTime);
}
