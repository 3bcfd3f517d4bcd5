using System.Collections.Concurrent;
using BackupOperator.LocalCluster.Controllers.Runtime;
using BackupOperator.LocalCluster.Kubelet.Containers;
using BackupOperator.LocalCluster.Kubelet.Network;
using BackupOperator.LocalCluster.Kubelet.Pods;

namespace BackupOperator.LocalCluster.Kubelet;

/// <summary>A node: registers itself, runs the pods that are bound to it, and can lose its power and get it back.</summary>
public sealed class NodeAgent : IAsyncDisposable
{
    private readonly KubeletOptions options;
    private readonly IKubernetesClient client;
    private readonly EventRecorder events;
    private readonly PodNetwork network;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly string ip;
    private readonly ConcurrentDictionary<string, PodWorker> workers = new(StringComparer.Ordinal);
    private CancellationTokenSource? power;
    private ProcessNamespace? processes;
    private Task running = Task.CompletedTask;

    public NodeAgent(KubeletOptions options, IKubernetesClient client, PodNetwork network, TimeProvider time, ILogger<NodeAgent> log)
    {
        this.options = options;
        this.client = client;
        this.network = network;
        this.time = time;
        this.log = log;
        events = new EventRecorder(client, time);
        ip = network.NextNode();
    }

    public string Name => options.NodeName;

    /// <summary>Switches the node on. What ran before a power cut starts again, as its restart policy says.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (power is not null)
        {
            return;
        }

        processes = await ProcessNamespace.CreateAsync(cancellationToken);
        power = new CancellationTokenSource();
        await new NodeRegistration(client, options, ip, time).RegisterAsync(cancellationToken);
        running = RunAsync(new NodeContext(options, client, events, network, processes, ip, time, log, power.Token));
    }

    /// <summary>A power cut: all processes die at once and nobody is told.</summary>
    public async Task KillAsync()
    {
        if (power is null)
        {
            return;
        }

        // Power first: the deaths must not be reported.
        await power.CancelAsync();
        processes!.Kill();
        await running;
        foreach (var worker in workers.Values)
        {
            worker.Dispose();
        }

        workers.Clear();
        processes.Dispose();
        power.Dispose();
        power = null;
    }

    /// <summary>The running processes of a pod's containers.</summary>
    /// <param name="container">Null for all containers of the pod.</param>
    public IReadOnlyList<ContainerProcess> Find(string @namespace, string pod, string? container = null) =>
    [
        .. workers.Values
            .Where(worker => worker.Pod.Metadata.Namespace == @namespace && worker.Pod.Metadata.Name == pod)
            .SelectMany(worker => worker.Containers)
            .Where(loop => container is null || loop.Name == container)
            .Select(loop => loop.Process)
            .OfType<ContainerProcess>(),
    ];

    public bool IsRunning(string podUid, string container) =>
        workers.TryGetValue(podUid, out var worker) && worker.Containers.Any(loop => loop.Name == container && loop.Process is not null);

    public async ValueTask DisposeAsync() => await KillAsync();

    private async Task RunAsync(NodeContext node)
    {
        var lives = new ConcurrentDictionary<Task, bool>();
        var pods = new Mirror<V1Pod>(client, time, (pod, gone) => Changed(node, pod, gone, lives), new ListQuery(FieldSelector: $"spec.nodeName={Name}"));
        var secrets = new Mirror<V1Secret>(client, time, (secret, _) => Refresh(node, secret.Metadata, (volume, name) =>
            volume.Secret?.SecretName == name || volume.Projected?.Sources?.Exists(source => source.Secret?.Name == name) == true));
        var maps = new Mirror<V1ConfigMap>(client, time, (map, _) => Refresh(node, map.Metadata, (volume, name) =>
            volume.ConfigMap?.Name == name || volume.Projected?.Sources?.Exists(source => source.ConfigMap?.Name == name) == true));
        await Task.WhenAll(
            pods.RunAsync(node.Power),
            secrets.RunAsync(node.Power),
            maps.RunAsync(node.Power),
            new NodeRegistration(client, options, ip, time).BeatAsync(node.Power));
        await Task.WhenAll(lives.Keys);
    }

    private void Changed(NodeContext node, V1Pod pod, bool gone, ConcurrentDictionary<Task, bool> lives)
    {
        var uid = pod.Metadata.Uid!;
        if (workers.TryGetValue(uid, out var worker))
        {
            if (gone)
            {
                worker.Removed();
            }
            else
            {
                worker.Update(pod);
            }

            return;
        }

        if (gone || node.Power.IsCancellationRequested)
        {
            return;
        }

        worker = new PodWorker(node, pod);
        workers[uid] = worker;
        worker.Update(pod);
        var life = LiveAsync(worker, uid, node);
        lives[life] = true;
        _ = life.ContinueWith(done => lives.TryRemove(done, out _), TaskScheduler.Default);
    }

    private async Task LiveAsync(PodWorker worker, string uid, NodeContext node)
    {
        try
        {
            await Task.Yield();
            await worker.RunAsync();
        }
        catch (Exception error) when (!node.Power.IsCancellationRequested)
        {
            log.LogError(error, "pod {Namespace}/{Pod}", worker.Pod.Metadata.Namespace, worker.Pod.Metadata.Name);
        }
        catch (Exception error)
        {
            log.LogDebug(error, "pod {Pod} at the power cut", worker.Pod.Metadata.Name);
        }

        if (!node.Power.IsCancellationRequested && workers.TryRemove(uid, out _))
        {
            worker.Dispose();
        }
    }

    private void Refresh(NodeContext node, V1ObjectMeta changed, Func<V1Volume, string?, bool> uses)
    {
        foreach (var worker in workers.Values)
        {
            if (!node.Power.IsCancellationRequested
                && worker.Pod.Metadata.Namespace == changed.Namespace
                && worker.Pod.Spec?.Volumes?.Exists(volume => uses(volume, changed.Name)) == true)
            {
                _ = worker.RefreshVolumesAsync();
            }
        }
    }
}
