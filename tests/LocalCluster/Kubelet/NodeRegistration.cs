namespace BackupOperator.LocalCluster.Kubelet;

/// <summary>The Node object and its heartbeat.</summary>
internal sealed class NodeRegistration(IKubernetesClient client, KubeletOptions options, string ip, TimeProvider time)
{
    public async Task RegisterAsync(CancellationToken cancellationToken)
    {
        if (await client.GetAsync<V1Node>(options.NodeName, cancellationToken: cancellationToken) is null)
        {
            await client.CreateAsync(
                new V1Node
                {
                    Metadata = new V1ObjectMeta
                    {
                        Name = options.NodeName,
                        Labels = new Dictionary<string, string>
                        {
                            ["kubernetes.io/hostname"] = options.NodeName,
                            ["kubernetes.io/os"] = "linux",
                            ["kubernetes.io/arch"] = "amd64",
                        },
                    },
                    Spec = new V1NodeSpec(),
                },
                cancellationToken);
        }

        await WriteAsync(cancellationToken);
    }

    public async Task BeatAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(options.HeartbeatInterval, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await WriteAsync(cancellationToken);
            }
            catch (Exception error) when (error is KubernetesApiException or KubernetesUnavailableException or OperationCanceledException)
            {
                // The next beat tells it.
            }
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        var node = await client.GetAsync<V1Node>(options.NodeName, cancellationToken: cancellationToken);
        var before = node?.Status?.Conditions?.FirstOrDefault(condition => condition.Type == "Ready");
        var since = before?.Status == "True" ? before.LastTransitionTime : null;
        var resources = new JsonObject { ["cpu"] = $"{Environment.ProcessorCount}", ["memory"] = "16Gi", ["pods"] = "200" };
        await client.PatchAsync<V1Node>(
            options.NodeName,
            null,
            KubernetesPatch.Merge(new JsonObject
            {
                ["status"] = new JsonObject
                {
                    ["conditions"] = new JsonArray(new JsonObject
                    {
                        ["type"] = "Ready",
                        ["status"] = "True",
                        ["reason"] = "KubeletReady",
                        ["message"] = "kubelet is posting ready status",
                        ["lastHeartbeatTime"] = now,
                        ["lastTransitionTime"] = since?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'") ?? now,
                    }),
                    ["addresses"] = new JsonArray(
                        new JsonObject { ["type"] = "InternalIP", ["address"] = ip },
                        new JsonObject { ["type"] = "Hostname", ["address"] = options.NodeName }),
                    ["capacity"] = resources,
                    ["allocatable"] = resources.DeepClone(),
                    ["nodeInfo"] = new JsonObject
                    {
                        ["kubeletVersion"] = "v1.32.0-localcluster",
                        ["osImage"] = "LocalCluster",
                        ["kernelVersion"] = Environment.OSVersion.Version.ToString(),
                        ["containerRuntimeVersion"] = "localcluster://1",
                        ["operatingSystem"] = "linux",
                        ["architecture"] = "amd64",
                    },
                },
            }),
            "status",
            cancellationToken);
    }
}
