using System.Text.Json.Nodes;

namespace BackupOperator.Tests.Scripted;

/// <summary>Plays the StatefulSet controller and the kubelet of the database's pods.</summary>
internal sealed class StatefulSetPlayer : IAsyncDisposable
{
    private readonly IKubernetesClient client;
    private readonly CancellationTokenSource stop = new();
    private readonly Task loop;

    public StatefulSetPlayer(IKubernetesClient client)
    {
        this.client = client;
        loop = Task.Run(LoopAsync);
    }

    /// <summary>Whether new pods become Ready.</summary>
    public bool PodsBecomeReady { get; set; } = true;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await loop;
        stop.Dispose();
    }

    private async Task LoopAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var sets = await client.ListAsync<V1StatefulSet>(Samples.Namespace, cancellationToken: stop.Token);
                foreach (var set in sets.Items)
                {
                    await PlayAsync(set);
                }

                await Task.Delay(30, stop.Token);
            }
            catch (KubernetesApiException)
            {
                // Looked at again in a moment.
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task PlayAsync(V1StatefulSet set)
    {
        var wanted = set.Spec!.Replicas ?? 1;
        for (var ordinal = 0; ordinal < Math.Max(wanted, 3); ordinal++)
        {
            var name = $"{set.Metadata.Name}-{ordinal}";
            var pod = await client.GetAsync<V1Pod>(name, set.Metadata.Namespace, stop.Token);
            if (ordinal < wanted && pod is null)
            {
                await StartAsync(set, name);
            }
            else if (ordinal >= wanted && pod is not null)
            {
                await client.DeleteAsync<V1Pod>(name, set.Metadata.Namespace, new DeleteRequest(GracePeriodSeconds: 0), stop.Token);
            }
        }

        if (set.Status?.ObservedGeneration != set.Metadata.Generation)
        {
            await StatusAsync<V1StatefulSet>(set.Metadata, new JsonObject { ["observedGeneration"] = set.Metadata.Generation, ["replicas"] = wanted });
        }
    }

    private async Task StartAsync(V1StatefulSet set, string name)
    {
        var pod = await client.CreateAsync(
            new V1Pod
            {
                Metadata = new V1ObjectMeta
                {
                    Name = name,
                    Namespace = set.Metadata.Namespace,
                    Labels = set.Spec!.Template!.Metadata!.Labels,
                    OwnerReferences = [set.ToOwnerReference()],
                },
                Spec = new V1PodSpec { NodeName = "node-1", Containers = [new V1Container { Name = "mysql", Image = "mysql" }] },
            },
            stop.Token);
        await StatusAsync<V1Pod>(pod.Metadata, new JsonObject
        {
            ["phase"] = "Running",
            ["podIP"] = "127.0.0.1",
            ["conditions"] = new JsonArray(new JsonObject
            {
                ["type"] = "Ready",
                ["status"] = PodsBecomeReady ? "True" : "False",
                ["lastTransitionTime"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
            }),
        });
    }

    private async Task StatusAsync<T>(V1ObjectMeta metadata, JsonObject status)
        where T : class, IKubernetesObject =>
        await client.PatchAsync<T>(metadata.Name!, metadata.Namespace, KubernetesPatch.Merge(new JsonObject { ["status"] = status }), "status", stop.Token);
}
