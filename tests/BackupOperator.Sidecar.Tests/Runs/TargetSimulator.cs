using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Sidecar.Tests.Runs;

/// <summary>
/// Does what the StatefulSet controller and the kubelet do for one pod: makes it exist while replicas are wanted, and
/// starts and stops the database with it.
/// </summary>
internal sealed class TargetSimulator(IKubernetesClient kubernetes, string @namespace, string statefulSet, Action start, Action stop) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _end = new();
    private Task _loop = Task.CompletedTask;

    /// <summary>A pod that ignores SIGTERM.</summary>
    public bool NeverStops { get; set; }

    /// <summary>A server that does not come up.</summary>
    public bool NeverStarts { set => FitToStart = () => !value; }

    public bool HasReadinessProbe { get; set; }

    /// <summary>Whether the data is such that a server comes up on it.</summary>
    public Func<bool> FitToStart { get; set; } = () => true;

    /// <summary>The container's restarts, as its status has them.</summary>
    public int Restarts { get; set; }

    public void Run() => _loop = Task.Run(LoopAsync);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _loop;
        stop();
        _end.Dispose();
    }

    private async Task LoopAsync()
    {
        try
        {
            while (true)
            {
                try
                {
                    await ReconcileAsync();
                }
                catch (Exception away) when (away is KubernetesUnavailableException or KubernetesApiException)
                {
                }

                await Task.Delay(Interval, _end.Token);
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
        }
    }

    private async Task ReconcileAsync()
    {
        var set = await kubernetes.GetAsync<V1StatefulSet>(statefulSet, @namespace, _end.Token);
        var name = $"{statefulSet}-0";
        var pod = await kubernetes.GetAsync<V1Pod>(name, @namespace, _end.Token);
        var wanted = set?.Spec?.Replicas > 0;
        if (wanted && pod is null)
        {
            await kubernetes.CreateAsync(
                new V1Pod
                {
                    Metadata = new V1ObjectMeta { Name = name, Namespace = @namespace },
                    Spec = new V1PodSpec { Containers = [new V1Container { Name = "db", Image = "db", ReadinessProbe = HasReadinessProbe ? new V1Probe { Exec = new V1ExecAction { Command = ["true"] } } : null }] },
                },
                _end.Token);
            await ReportAsync(name);
            StartIfFit();
        }
        else if (wanted)
        {
            // A container that has ended is started again in its pod, which outlives replicas that were lowered for a moment.
            StartIfFit();
        }
        else if (pod is not null && !NeverStops)
        {
            stop();
            await kubernetes.DeleteAsync<V1Pod>(name, @namespace, new DeleteRequest(GracePeriodSeconds: 0), _end.Token);
        }
    }

    private void StartIfFit()
    {
        if (FitToStart())
        {
            start();
        }
    }

    private Task ReportAsync(string name) => kubernetes.PatchAsync<V1Pod>(
        name,
        @namespace,
        KubernetesPatch.Merge(new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["phase"] = "Running",
                ["podIP"] = "127.0.0.1",
                ["containerStatuses"] = new JsonArray(new JsonObject { ["name"] = "db", ["image"] = "db", ["imageID"] = "", ["ready"] = true, ["restartCount"] = Restarts }),
            },
        }),
        "status",
        _end.Token);
}
