using BackupOperator.LocalCluster.Kubelet.Containers;

namespace BackupOperator.Chaos.Strikes;

/// <summary>Makes the fault of a cell.</summary>
internal static class StrikeFactory
{
    private static readonly TimeSpan UntilItRuns = TimeSpan.FromMinutes(2);

    /// <summary>What only one lane feels.</summary>
    public static IStrike Local(Lane lane, Cell cell) => cell.Component switch
    {
        Component.Sidecar => Sidecar(lane, cell.Kind),
        Component.Mysqld => Mysqld(lane, cell.Kind),
        Component.Store => Gates(cell.Kind, lane.StoreGate),
        Component.Node => Node(lane, cell.Kind),
        _ => throw new ArgumentOutOfRangeException(nameof(cell), cell.Component, "is felt everywhere"),
    };

    /// <summary>What all lanes feel.</summary>
    public static IStrike Global(World world, IReadOnlyList<Lane> lanes, Component component, FaultKind kind) => (component, kind) switch
    {
        (Component.ApiServer, _) => Gates(kind, [.. world.ApiGates]),
        (Component.Operator, FaultKind.Killed) => new Strike(world.Operator.KillAsync, () => Done(world.Operator.Start)),
        (Component.Operator, FaultKind.Hung) => new Strike(
            () => Done(() => world.Operator.Signal(Signals.Stop)), () => Done(() => world.Operator.Signal(Signals.Continue))),
        (Component.Operator, _) => Gates(kind, world.ApiGate("operator")),
        _ => new Strike(
            async () =>
            {
                await world.Operator.KillAsync();
                await Task.WhenAll(lanes.Select(KillSidecarAsync));
            },
            () => Done(world.Operator.Start)),
    };

    private static Strike Sidecar(Lane lane, FaultKind kind)
    {
        return kind switch
        {
            FaultKind.Killed => new Strike(() => KillSidecarAsync(lane), () => Task.CompletedTask),
            FaultKind.Hung => new Strike(
                async () => (await lane.SidecarProcessesAsync()).ToList().ForEach(process => process.SignalAll(Signals.Stop)),
                async () => (await lane.SidecarProcessesAsync()).ToList().ForEach(process => process.SignalAll(Signals.Continue))),
            _ => Gates(kind, lane.World.ApiGate($"pods/{lane.Node}"), lane.StoreGate, lane.DatabaseGate),
        };
    }

    // Where no server runs because the run has stopped it, the one that comes next is struck.
    private static Strike Mysqld(Lane lane, FaultKind kind)
    {
        IReadOnlyList<ContainerProcess> struck = [];
        return kind switch
        {
            FaultKind.Killed => new Strike(
                async () => (await RunningAsync(lane)).ToList().ForEach(process => process.Signal(Signals.Kill)), () => Task.CompletedTask),
            FaultKind.Hung => new Strike(
                async () => (struck = await RunningAsync(lane)).ToList().ForEach(process => process.SignalAll(Signals.Stop)),
                () => Done(() => struck.ToList().ForEach(process => process.SignalAll(Signals.Continue)))),
            _ => Gates(kind, lane.DatabaseGate),
        };
    }

    private static Strike Node(Lane lane, FaultKind kind)
    {
        var node = lane.World.Cluster.Node(lane.Node);
        var kubelet = lane.World.ApiGate($"kubelet/{lane.Node}");
        IReadOnlyList<ContainerProcess> stopped = [];
        return kind switch
        {
            FaultKind.Killed => new Strike(node.KillAsync, () => node.StartAsync()),
            FaultKind.Hung => new Strike(
                async () =>
                {
                    await kubelet.SetAsync(GateState.Frozen);
                    stopped = [.. lane.DatabaseProcesses(), .. await lane.SidecarProcessesAsync()];
                    stopped.ToList().ForEach(process => process.SignalAll(Signals.Stop));
                },
                async () =>
                {
                    stopped.ToList().ForEach(process => process.SignalAll(Signals.Continue));
                    await kubelet.SetAsync(GateState.Open);
                }),
            _ => Gates(kind, kubelet, lane.World.ApiGate($"pods/{lane.Node}"), lane.StoreGate),
        };
    }

    private static Strike Gates(FaultKind kind, params NetworkGate[] gates)
    {
        var state = kind switch
        {
            FaultKind.Killed => GateState.Refusing,
            FaultKind.Hung => GateState.Frozen,
            _ => GateState.Unreachable,
        };
        return new Strike(
            () => Task.WhenAll(gates.Select(gate => gate.SetAsync(state))), () => Task.WhenAll(gates.Select(gate => gate.SetAsync(GateState.Open))));
    }

    private static async Task KillSidecarAsync(Lane lane)
    {
        foreach (var process in await lane.SidecarProcessesAsync())
        {
            process.Signal(Signals.Kill);
        }
    }

    private static Task<IReadOnlyList<ContainerProcess>> RunningAsync(Lane lane) => Waiting.ForAsync(
        "server to strike", () => Task.FromResult(lane.DatabaseProcesses() is { Count: > 0 } running ? running : null), UntilItRuns, Waiting.Closely);

    private static Task Done(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}
