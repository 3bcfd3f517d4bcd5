using System.Collections.Concurrent;

namespace BackupOperator.LocalCluster.Controllers.Runtime;

/// <summary>Tells people what a controller did (<c>kubectl describe</c>). Events are a courtesy: one that is lost is no error.</summary>
public sealed class EventRecorder(IKubernetesClient client, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, int> counts = new(StringComparer.Ordinal);

    public async Task RecordAsync(
        IKubernetesObject about, string type, string reason, string message, string component, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{about.Metadata.Uid}/{reason}/{message}")))[..16];
        var name = $"{about.Metadata.Name}.{id}";
        var @namespace = about.Metadata.Namespace ?? "default";
        var count = counts.AddOrUpdate(name, 1, (_, before) => before + 1);
        try
        {
            if (count == 1)
            {
                await client.CreateAsync(
                    new V1Event
                    {
                        Metadata = new V1ObjectMeta { Name = name, Namespace = @namespace },
                        InvolvedObject = about.ToObjectReference(),
                        Type = type,
                        Reason = reason,
                        Message = message,
                        Source = new V1EventSource { Component = component },
                        ReportingComponent = component,
                        FirstTimestamp = now,
                        LastTimestamp = now,
                        Count = 1,
                    },
                    cancellationToken);
            }
            else
            {
                var body = new JsonObject { ["count"] = count, ["lastTimestamp"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'") };
                await client.PatchAsync<V1Event>(name, @namespace, KubernetesPatch.Merge(body), cancellationToken: cancellationToken);
            }
        }
        catch (Exception error) when (error is KubernetesApiException or KubernetesUnavailableException)
        {
            counts.TryRemove(name, out _);
        }
    }
}
