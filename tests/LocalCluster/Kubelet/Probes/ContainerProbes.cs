using BackupOperator.LocalCluster.Kubelet.Containers;
using BackupOperator.LocalCluster.Kubelet.Pods;

namespace BackupOperator.LocalCluster.Kubelet.Probes;

/// <summary>The probes of a running container: first startup, then readiness and liveness beside each other.</summary>
internal sealed class ContainerProbes(NodeContext node, V1Pod pod, V1Container container, Prober prober)
{
    /// <summary>The container has started, by its startup probe where it has one.</summary>
    public required Action Started { get; init; }

    public required Action<bool> Ready { get; init; }

    /// <summary>The named probe says that the container has to be restarted.</summary>
    public required Action<string> Dead { get; init; }

    public async Task RunAsync(ContainerProcess process, CancellationToken cancellationToken)
    {
        if (container.StartupProbe is { } startup && !await StartsAsync(startup, process, cancellationToken))
        {
            Dead("startup");
            return;
        }

        Started();
        await Task.WhenAll(
            LoopAsync("Readiness", container.ReadinessProbe, process, cancellationToken, ready =>
            {
                Ready(ready);
                return true;
            }),
            LoopAsync("Liveness", container.LivenessProbe, process, cancellationToken, alive =>
            {
                if (!alive)
                {
                    Dead("liveness");
                }

                return alive;
            }));
    }

    private async Task<bool> StartsAsync(V1Probe probe, ContainerProcess process, CancellationToken cancellationToken)
    {
        var started = false;
        await LoopAsync("Startup", probe, process, cancellationToken, good =>
        {
            started = good;
            return false;
        });
        return started;
    }

    private Task LoopAsync(
        string kind, V1Probe? probe, ContainerProcess process, CancellationToken cancellationToken, Func<bool, bool> report) =>
        probe is null ? Task.CompletedTask : ProbeLoop.RunAsync(
            probe,
            node.Time,
            token => prober.AskAsync(probe, process, token),
            report,
            problem => node.Tell(pod, "Warning", "Unhealthy", $"{kind} probe failed: {problem}"),
            cancellationToken);
}
