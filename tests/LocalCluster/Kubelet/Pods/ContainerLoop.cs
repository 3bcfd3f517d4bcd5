using BackupOperator.LocalCluster.Images;
using BackupOperator.LocalCluster.Kubelet.Containers;
using BackupOperator.LocalCluster.Kubelet.Probes;

namespace BackupOperator.LocalCluster.Kubelet.Pods;

/// <summary>Runs one container of a pod: waits for what it needs, starts it, probes it, restarts it by the pod's policy.</summary>
internal sealed class ContainerLoop(
    NodeContext node, V1Pod pod, V1Container container, bool init, ContainerFactory factory, string podIp, Action changed)
{
    private readonly Lock gate = new();
    private readonly RestartBackoff backoff = new(node.Options);
    private readonly string restartPolicy = pod.Spec?.RestartPolicy ?? "Always";
    private readonly V1ContainerStatus status = new()
    {
        Name = container.Name,
        Image = container.Image,
        ImageID = container.Image,
        RestartCount = 0,
        Ready = false,
        Started = false,
        State = Waiting(pod.Spec?.InitContainers is { Count: > 0 } ? "PodInitializing" : "ContainerCreating", null),
        LastState = new V1ContainerState(),
    };

    private TimeSpan? stopGrace;

    public string Name => container.Name!;

    /// <summary>Null while the container does not run.</summary>
    public ContainerProcess? Process { get; private set; }

    /// <summary>A copy of what can be told now.</summary>
    public V1ContainerStatus Status
    {
        get
        {
            lock (gate)
            {
                return KubernetesJson.FromNode<V1ContainerStatus>(KubernetesJson.ToNode(status))!;
            }
        }
    }

    /// <summary>Takes over from a kubelet that went down: what ran then is gone.</summary>
    /// <returns>False where the container is over and is not to start again.</returns>
    public bool Adopt(V1ContainerStatus before)
    {
        status.RestartCount = before.RestartCount ?? 0;
        status.LastState = before.LastState ?? new V1ContainerState();
        var end = before.State?.Terminated;
        if (before.State?.Running is { } running)
        {
            end = new V1ContainerStateTerminated
            {
                ExitCode = 137,
                Reason = "ContainerStatusUnknown",
                Message = "The container could not be located when the pod was terminated",
                StartedAt = running.StartedAt,
                FinishedAt = node.Now(),
            };
        }

        if (end is null)
        {
            return true;
        }

        status.State = new V1ContainerState { Terminated = end };
        status.Ready = init && end.ExitCode == 0;
        if (!Restarts(end.ExitCode ?? 1))
        {
            return false;
        }

        status.LastState = status.State;
        status.RestartCount++;
        return true;
    }

    /// <summary>Ends when the container is over and is not restarted, or when the pod is.</summary>
    /// <exception cref="OperationCanceledException">The pod is over before the container could start.</exception>
    public async Task RunAsync(IReadOnlyDictionary<string, string> volumes, CancellationToken podIsOver)
    {
        while (true)
        {
            var end = await RunOnceAsync(volumes, podIsOver);
            if (podIsOver.IsCancellationRequested || !Restarts(end.Code))
            {
                return;
            }

            var pause = backoff.Next(end.FinishedAt - end.StartedAt);
            if (pause > TimeSpan.Zero)
            {
                var message = $"back-off {pause.TotalSeconds:0.#}s restarting failed container={Name} pod={pod.Metadata.Name}_{pod.Metadata.Namespace}({pod.Metadata.Uid})";
                Change(() =>
                {
                    status.LastState = status.State;
                    status.State = Waiting("CrashLoopBackOff", message);
                });
                node.Tell(pod, "Warning", "BackOff", $"Back-off restarting failed container {Name} in pod {pod.Metadata.Name}_{pod.Metadata.Namespace}({pod.Metadata.Uid})");
                await Task.Delay(pause, node.Time, podIsOver);
            }

            Change(() =>
            {
                if (status.State!.Terminated is not null)
                {
                    status.LastState = status.State;
                }

                status.RestartCount++;
            });
        }
    }

    /// <summary>Asks the container to end: SIGTERM, and SIGKILL after <paramref name="grace"/>. A shorter grace counts from now.</summary>
    public void Stop(TimeSpan grace)
    {
        lock (gate)
        {
            stopGrace = grace;
            if (Process is { } process)
            {
                _ = process.StopAsync(grace, node.Power);
            }
        }
    }

    private static DateTimeOffset Whole(DateTimeOffset moment) => DateTimeOffset.FromUnixTimeSeconds(moment.ToUnixTimeSeconds());

    private static V1ContainerState Waiting(string reason, string? message) =>
        new() { Waiting = new V1ContainerStateWaiting { Reason = reason, Message = message } };

    private bool Restarts(int exitCode) => restartPolicy switch
    {
        _ when init && exitCode == 0 => false,
        "Never" => false,
        "OnFailure" => exitCode != 0,
        _ => true,
    };

    private async Task<ContainerExit> RunOnceAsync(IReadOnlyDictionary<string, string> volumes, CancellationToken podIsOver)
    {
        var spec = await PrepareAsync(volumes, podIsOver);
        ContainerExit exit;
        var reason = "Error";
        try
        {
            await using var process = await ContainerProcess.StartAsync(node.Processes, spec, node.Time, node.Power);
            node.Tell(pod, "Normal", "Started", $"Started container {Name}");
            Change(() =>
            {
                Process = process;
                status.State = new V1ContainerState { Running = new V1ContainerStateRunning { StartedAt = Whole(process.StartedAt) } };
                status.ContainerID = $"localcluster://{pod.Metadata.Uid}-{Name}-{status.RestartCount}";

                // The pod was told to end while the container started.
                if (stopGrace is { } grace)
                {
                    _ = process.StopAsync(grace, node.Power);
                }
            });
            exit = await WatchAsync(process, podIsOver);
        }
        catch (ContainerStartException error)
        {
            reason = "StartError";
            exit = new ContainerExit(128, node.Time.GetUtcNow(), node.Time.GetUtcNow(), error.Message);
            node.Tell(pod, "Warning", "Failed", $"Error: {error.Message}");
        }

        node.Power.ThrowIfCancellationRequested();
        Change(() =>
        {
            Process = null;
            status.Ready = init && exit.Code == 0;
            status.Started = false;
            status.State = new V1ContainerState
            {
                Terminated = new V1ContainerStateTerminated
                {
                    ExitCode = exit.Code,
                    Reason = exit.Code == 0 ? "Completed" : reason,
                    Message = exit.Message ?? LogTail(exit.Code, spec.LogFile),
                    StartedAt = Whole(exit.StartedAt),
                    FinishedAt = Whole(exit.FinishedAt),
                    ContainerID = status.ContainerID,
                },
            };
        });
        return exit;
    }

    /// <summary>Waits for the image and for what the environment is made of.</summary>
    private async Task<ContainerSpec> PrepareAsync(IReadOnlyDictionary<string, string> volumes, CancellationToken podIsOver)
    {
        var pulls = 0;
        while (true)
        {
            if (!node.Options.Images.TryGet(container.Image ?? "", out var image))
            {
                var message = $"failed to pull and unpack image \"{container.Image}\": not found; LocalCluster knows: {string.Join(", ", node.Options.Images.Names)}";
                node.Tell(pod, "Warning", "Failed", $"Failed to pull image \"{container.Image}\": {message}");
                var reason = pulls++ == 0 ? "ErrImagePull" : "ImagePullBackOff";
                Change(() => status.State = Waiting(reason, pulls == 1 ? message : $"Back-off pulling image \"{container.Image}\": {message}"));
                await Task.Delay(node.Options.RetryPause, node.Time, podIsOver);
                continue;
            }

            try
            {
                return await factory.BuildAsync(pod, container, image, volumes, status.RestartCount ?? 0, podIsOver);
            }
            catch (Exception error) when (error is ContainerConfigException or FormatException)
            {
                node.Tell(pod, "Warning", "Failed", $"Error: {error.Message}");
                Change(() => status.State = Waiting("CreateContainerConfigError", error.Message));
                await Task.Delay(node.Options.RetryPause, node.Time, podIsOver);
            }
            catch (Exception error) when (error is KubernetesApiException or KubernetesUnavailableException)
            {
                await Task.Delay(node.Options.RetryPause, node.Time, podIsOver);
            }
        }
    }

    private async Task<ContainerExit> WatchAsync(ContainerProcess process, CancellationToken podIsOver)
    {
        using var probing = CancellationTokenSource.CreateLinkedTokenSource(node.Power);
        using var prober = new Prober(container, podIp);
        var verdicts = new ContainerProbes(node, pod, container, prober)
        {
            Started = () => Change(() =>
            {
                status.Started = true;
                status.Ready = container.ReadinessProbe is null;
            }),
            Ready = ready =>
            {
                if (status.Ready != ready)
                {
                    Change(() => status.Ready = ready);
                }
            },
            Dead = probe =>
            {
                if (!podIsOver.IsCancellationRequested)
                {
                    Kill(process, probe);
                }
            },
        };
        var probes = init ? Task.CompletedTask : verdicts.RunAsync(process, probing.Token);
        var exit = await process.Completion;
        await probing.CancelAsync();
        await probes.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return exit;
    }

    private void Kill(ContainerProcess process, string probe)
    {
        node.Tell(pod, "Normal", "Killing", $"Container {Name} failed {probe} probe, will be restarted");
        _ = process.StopAsync(TimeSpan.FromSeconds(pod.Spec?.TerminationGracePeriodSeconds ?? 30), node.Power);
    }

    private string? LogTail(int exitCode, string log)
    {
        const int Most = 2048;
        if (exitCode == 0 || container.TerminationMessagePolicy != "FallbackToLogsOnError" || !File.Exists(log))
        {
            return null;
        }

        var text = File.ReadAllText(log);
        return text.Length == 0 ? null : text[Math.Max(0, text.Length - Most)..];
    }

    private void Change(Action change)
    {
        lock (gate)
        {
            change();
        }

        changed();
    }
}
