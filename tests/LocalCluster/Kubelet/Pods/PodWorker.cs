using BackupOperator.LocalCluster.Kubelet.Volumes;

namespace BackupOperator.LocalCluster.Kubelet.Pods;

/// <summary>The life of one pod on a node: volumes, init containers, containers, the end, the removal.</summary>
internal sealed class PodWorker : IDisposable
{
    private static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(1);

    private readonly NodeContext node;
    private readonly PodFolders folders;
    private readonly VolumeManager volumes;
    private readonly PodStatusWriter writer;
    private readonly List<ContainerLoop> init;
    private readonly List<ContainerLoop> containers;
    private readonly string podIp;
    private readonly DateTimeOffset startTime;
    private readonly CancellationTokenSource over;
    private readonly TaskCompletionSource deleted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource removed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private bool disposed;
    private TimeSpan? grace;
    private string? reason;
    private string? message;
    private volatile bool volumesReady;
    private volatile bool initDone;
    private volatile bool final;

    public PodWorker(NodeContext node, V1Pod pod)
    {
        this.node = node;
        Pod = pod;
        folders = new PodFolders(node.Options.DataDirectory, pod.Metadata.Uid!);
        podIp = node.Network.RentPod();
        startTime = pod.Status?.StartTime ?? node.Now();
        over = CancellationTokenSource.CreateLinkedTokenSource(node.Power);
        volumes = new VolumeManager(node.Client, node.Options, folders.Pod, podIp, node.NodeIp);
        writer = new PodStatusWriter(node, pod, seen => PodStatusBuilder.Build(seen, Facts(), node.Now(), final));
        var factory = new ContainerFactory(node.Client, node.Options, folders, podIp, node.NodeIp);
        init = [.. (pod.Spec?.InitContainers ?? []).Select(container => new ContainerLoop(node, pod, container, true, factory, podIp, writer.MarkDirty))];
        containers = [.. (pod.Spec?.Containers ?? []).Select(container => new ContainerLoop(node, pod, container, false, factory, podIp, writer.MarkDirty))];
    }

    /// <summary>The pod as it was when it came to the node.</summary>
    public V1Pod Pod { get; }

    public IReadOnlyList<ContainerLoop> Containers => [.. init, .. containers];

    public void Update(V1Pod pod)
    {
        writer.Seen(pod);
        if (pod.Metadata.DeletionTimestamp is not null)
        {
            End(TimeSpan.FromSeconds(pod.Metadata.DeletionGracePeriodSeconds ?? 30));
            deleted.TrySetResult();
        }
    }

    /// <summary>The API server has the pod no more.</summary>
    public void Removed()
    {
        End(LeastGrace);
        deleted.TrySetResult();
        removed.TrySetResult();
    }

    public Task RefreshVolumesAsync() =>
        volumesReady && !over.IsCancellationRequested ? volumes.RefreshAsync(writer.Latest, node.Power) : Task.CompletedTask;

    /// <summary>Ends when the pod is removed, or with the node's power.</summary>
    public async Task RunAsync()
    {
        // A pod that was over before this node lost its power stays over.
        var ended = Pod.Status?.Phase is "Succeeded" or "Failed";
        var writing = ended ? Task.CompletedTask : writer.RunAsync(node.Power);
        try
        {
            if (!ended)
            {
                writer.MarkDirty();
                await LiveAsync();
                final = true;
                await writer.WriteAsync(node.Power);
            }

            await deleted.Task.WaitAsync(node.Power);
            await RemoveAsync();
            await removed.Task.WaitAsync(node.Power);
            folders.Remove();
            node.Network.Return(podIp);
        }
        catch (OperationCanceledException) when (node.Power.IsCancellationRequested)
        {
            // A node without power says nothing.
        }
        finally
        {
            await over.CancelAsync();
        }

        _ = writing;
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
        }

        over.Dispose();
        writer.Dispose();
    }

    private async Task LiveAsync()
    {
        using var deadline = new CancellationTokenSource();
        var running = RunContainersAsync();
        if (Pod.Spec?.ActiveDeadlineSeconds is { } seconds)
        {
            var limit = startTime.AddSeconds(seconds) - node.Time.GetUtcNow();
            _ = ExpireAsync(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, deadline.Token);
        }

        try
        {
            await running;
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !node.Power.IsCancellationRequested)
        {
            // Told to end before everything had started.
        }

        await deadline.CancelAsync();
    }

    private async Task ExpireAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        await Task.Delay(limit, node.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!cancellationToken.IsCancellationRequested)
        {
            reason = "DeadlineExceeded";
            message = "Pod was active on the node longer than the specified deadline";
            End(TimeSpan.FromSeconds(Pod.Spec?.TerminationGracePeriodSeconds ?? 30));
        }
    }

    private async Task RunContainersAsync()
    {
        var paths = await MountAsync();
        var before = (Pod.Status?.ContainerStatuses ?? []).Concat(Pod.Status?.InitContainerStatuses ?? [])
            .ToDictionary(status => status.Name!, StringComparer.Ordinal);
        foreach (var container in init)
        {
            if (!before.TryGetValue(container.Name, out var status) || container.Adopt(status))
            {
                await container.RunAsync(paths, over.Token);
            }

            if (container.Status.State?.Terminated?.ExitCode is not 0)
            {
                return;
            }
        }

        initDone = true;
        writer.MarkDirty();
        await Task.WhenAll(containers.Select(container =>
            !before.TryGetValue(container.Name, out var status) || container.Adopt(status) ? container.RunAsync(paths, over.Token) : Task.CompletedTask));
    }

    private async Task<IReadOnlyDictionary<string, string>> MountAsync()
    {
        while (true)
        {
            try
            {
                var paths = await volumes.MountAsync(Pod, over.Token);
                volumesReady = true;
                writer.MarkDirty();
                return paths;
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                node.Tell(Pod, "Warning", "FailedMount", $"MountVolume.SetUp failed: {error.Message}");
                await Task.Delay(node.Options.RetryPause, node.Time, over.Token);
            }
        }
    }

    /// <summary>Ends the containers; a second, shorter grace period replaces the first.</summary>
    private void End(TimeSpan asked)
    {
        lock (gate)
        {
            var wanted = asked < LeastGrace ? LeastGrace : asked;
            if (grace <= wanted)
            {
                return;
            }

            grace = wanted;
            if (!disposed)
            {
                _ = over.CancelAsync();
            }
        }

        foreach (var container in Containers)
        {
            if (container.Process is not null)
            {
                node.Tell(Pod, "Normal", "Killing", $"Stopping container {container.Name}");
            }

            container.Stop(grace.Value);
        }
    }

    private async Task RemoveAsync()
    {
        while (!removed.Task.IsCompleted)
        {
            try
            {
                // Waits for others' finalizers, where there are some; then the watch tells of the removal.
                await node.Client.DeleteAsync<V1Pod>(
                    Pod.Metadata.Name!, Pod.Metadata.Namespace, new DeleteRequest(Uid: Pod.Metadata.Uid, GracePeriodSeconds: 0), node.Power);
                return;
            }
            catch (KubernetesApiException error) when (error.IsConflict)
            {
                // Another pod has the name already.
                removed.TrySetResult();
            }
            catch (Exception error) when (error is KubernetesApiException or KubernetesUnavailableException)
            {
                await Task.Delay(node.Options.RetryPause, node.Time, node.Power);
            }
        }
    }

    private PodFacts Facts() => new()
    {
        PodIp = podIp,
        HostIp = node.NodeIp,
        StartTime = startTime,
        VolumesReady = volumesReady,
        InitDone = initDone,
        Init = [.. init.Select(container => container.Status)],
        Containers = [.. containers.Select(container => container.Status)],
        Reason = reason,
        Message = message,
    };
}
