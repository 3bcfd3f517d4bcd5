namespace BackupOperator.LocalCluster.Kubelet.Pods;

/// <summary>Writes a pod's status whenever it differs from what was written last. Conditions of others are kept.</summary>
internal sealed class PodStatusWriter(NodeContext node, V1Pod pod, Func<V1Pod, V1PodStatus> build) : IDisposable
{
    private readonly SemaphoreSlim mutex = new(1);
    private readonly SemaphoreSlim dirty = new(0, 1);
    private readonly Lock gate = new();
    private V1Pod latest = pod;
    private JsonObject? written;

    public V1Pod Latest
    {
        get
        {
            lock (gate)
            {
                return latest;
            }
        }
    }

    /// <summary>A newer version of the pod was seen.</summary>
    public void Seen(V1Pod seen)
    {
        lock (gate)
        {
            if (Version(seen) >= Version(latest))
            {
                latest = seen;
            }
        }
    }

    public void MarkDirty()
    {
        lock (gate)
        {
            if (dirty.CurrentCount == 0)
            {
                dirty.Release();
            }
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await dirty.WaitAsync(cancellationToken);
            await WriteAsync(cancellationToken);
        }
    }

    /// <summary>Returns when the API server has the status, or the pod is gone.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        await mutex.WaitAsync(cancellationToken);
        try
        {
            while (!await TryWriteAsync(cancellationToken))
            {
                await Task.Delay(node.Options.RetryPause, node.Time, cancellationToken);
            }
        }
        finally
        {
            mutex.Release();
        }
    }

    public void Dispose()
    {
        mutex.Dispose();
        dirty.Dispose();
    }

    private async Task<bool> TryWriteAsync(CancellationToken cancellationToken)
    {
        var known = Latest;
        try
        {
            var status = KubernetesJson.ToNode(build(known));
            if (JsonNode.DeepEquals(status, written))
            {
                return true;
            }

            // The list of conditions is written as a whole: somebody else's new one must not be lost.
            var body = new JsonObject
            {
                ["metadata"] = new JsonObject { ["uid"] = known.Metadata.Uid, ["resourceVersion"] = known.Metadata.ResourceVersion },
                ["status"] = status.DeepClone(),
            };
            Seen(await node.Client.PatchAsync<V1Pod>(known.Metadata.Name!, known.Metadata.Namespace, KubernetesPatch.Merge(body), "status", cancellationToken));
            written = status;
            return true;
        }
        catch (KubernetesApiException error) when (error.IsConflict || error.IsNotFound)
        {
            var current = await node.Client.GetAsync<V1Pod>(known.Metadata.Name!, known.Metadata.Namespace, cancellationToken);
            if (current is null || current.Metadata.Uid != known.Metadata.Uid)
            {
                return true;
            }

            Seen(current);
            return await TryWriteAsync(cancellationToken);
        }
        catch (Exception error) when (error is KubernetesApiException or KubernetesUnavailableException)
        {
            node.Log.LogWarning("status of pod {Pod}: {Error}", known.Metadata.Name, error.Message);
            return false;
        }
    }

    private static long Version(V1Pod pod) => long.TryParse(pod.Metadata.ResourceVersion, out var version) ? version : 0;
}
