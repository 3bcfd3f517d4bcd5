using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Reconciliation;

namespace BackupOperator.Kubernetes.Tests.Reconciliation;

/// <summary>How a host ends.</summary>
public sealed class ShutdownTests : ControllerScene
{
    [Fact]
    public async Task A_stop_lets_the_running_reconcile_finish_and_begins_no_other()
    {
        Painter.OnReconcile = async widget =>
        {
            await Painter.Gate.Task;
            await Cluster.Client.PatchAsync<Widget>(widget.Metadata.Name!, "shop", KubernetesPatch.Merge(JsonNode.Parse("""{"status":{"painted":"yes"}}""")!), "status");
            return ReconciliationResult<Widget>.Success(widget);
        };
        await Cluster.CreateAsync("a");
        await Cluster.CreateAsync("b");
        Start(b => b.WithWorkers(1));
        await TestCluster.EventuallyAsync(() => !Painter.Seen.IsEmpty);

        await Stop.CancelAsync();
        Running.IsCompleted.ShouldBeFalse();
        Painter.Gate.SetResult();
        await Running.WaitAsync(TimeSpan.FromSeconds(20));

        Painter.Seen.Count.ShouldBe(1);
        var painted = (await Cluster.Client.ListAsync<Widget>("shop")).Items.Count(w => w.Status.Painted == "yes");
        painted.ShouldBe(1);
    }

    [Fact]
    public async Task A_reconcile_that_hangs_is_cut_off_when_the_time_of_grace_is_over()
    {
        Painter.OnReconcile = async widget =>
        {
            await Task.Delay(Timeout.Infinite, Painter.Token);
            return ReconciliationResult<Widget>.Success(widget);
        };
        await Cluster.CreateAsync("a");
        Start(options: o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(100) });
        await TestCluster.EventuallyAsync(() => !Painter.Seen.IsEmpty);

        await Stop.CancelAsync();

        await Running.WaitAsync(TimeSpan.FromSeconds(20));
    }
}
