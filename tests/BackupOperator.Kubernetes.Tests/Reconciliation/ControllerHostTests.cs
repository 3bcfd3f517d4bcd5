using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Reconciliation;
using BackupOperator.LocalCluster.ApiServer.Faults;

namespace BackupOperator.Kubernetes.Tests.Reconciliation;

public sealed class ControllerHostTests : ControllerScene
{
    [Fact]
    public async Task Each_object_is_reconciled_at_the_start_and_at_each_change()
    {
        await Cluster.CreateAsync("a");
        Start();
        await SeenAsync("reconcile a Red");

        await Cluster.PaintAsync("a", "Green");
        await SeenAsync("reconcile a Green");

        await Cluster.Client.DeleteAsync<Widget>("a", "shop");
        await SeenAsync("deleted a Green");
    }

    [Fact]
    public async Task A_reconcile_sees_what_the_one_before_has_written()
    {
        Painter.OnReconcile = async widget =>
        {
            var count = int.Parse(widget.Status.Painted ?? "0");
            if (count == 20)
            {
                return ReconciliationResult<Widget>.Success(widget);
            }

            widget.Status.Painted = $"{count + 1}";
            return ReconciliationResult<Widget>.Success(await Cluster.Client.UpdateStatusAsync(widget), TimeSpan.FromMilliseconds(1));
        };
        Start();
        await Cluster.CreateAsync("a");

        await TestCluster.EventuallyAsync(async () => (await Cluster.Client.GetAsync<Widget>("a", "shop"))!.Status.Painted == "20");
        Painter.Failures.ShouldBe(0);
    }

    [Fact]
    public async Task What_fails_is_tried_again_and_does_not_hold_up_others()
    {
        var tries = 0;
        Painter.OnReconcile = widget => widget.Metadata.Name == "bad" && Interlocked.Increment(ref tries) < 4
            ? throw new InvalidOperationException("not yet")
            : Task.FromResult(ReconciliationResult<Widget>.Success(widget));
        await Cluster.CreateAsync("bad");
        await Cluster.CreateAsync("good");
        Start();

        await SeenAsync("reconcile good Red");
        await TestCluster.EventuallyAsync(() => tries == 4);
    }

    [Fact]
    public async Task The_resync_leaves_out_what_waits_for_its_own_time()
    {
        await Cluster.CreateAsync("waits");
        await Cluster.CreateAsync("works");
        var host = new ControllerHost(Cluster.Client, new() { Namespaces = ["shop"], ResyncInterval = TimeSpan.FromMilliseconds(50) })
            .Add(Painter, b => b.WithoutResync(w => w.Metadata.Name == "waits"));
        Running = host.RunAsync(Stop.Token);

        await TestCluster.EventuallyAsync(() => Painter.Seen.Count(s => s == "reconcile works Red") > 3);
        Painter.Seen.Count(s => s == "reconcile waits Red").ShouldBe(1, "the first list");
    }

    [Fact]
    public async Task A_failure_result_is_tried_again_after_the_time_it_says()
    {
        var tries = 0;
        Painter.OnReconcile = widget => Task.FromResult(++tries < 3
            ? ReconciliationResult<Widget>.Failure(widget, "not yet", requeueAfter: TimeSpan.FromMilliseconds(10))
            : ReconciliationResult<Widget>.Success(widget));
        await Cluster.CreateAsync("a");
        Start();

        await TestCluster.EventuallyAsync(() => tries == 3);
    }

    [Fact]
    public async Task A_deletion_that_was_not_dealt_with_is_tried_again_and_told_before_a_namesake()
    {
        await Cluster.CreateAsync("a");
        Start();
        await SeenAsync("reconcile a Red");
        var tries = 0;
        Painter.OnDeleted = widget => ++tries < 3
            ? Task.FromResult(ReconciliationResult<Widget>.Failure(widget, "not yet"))
            : Task.FromResult(ReconciliationResult<Widget>.Success(widget));

        await Cluster.Client.DeleteAsync<Widget>("a", "shop");
        await Cluster.CreateAsync("a", "Blue");

        await SeenAsync("reconcile a Blue");
        tries.ShouldBe(3);
        Painter.Seen.ToList().IndexOf("reconcile a Blue").ShouldBeGreaterThan(Painter.Seen.ToList().LastIndexOf("deleted a Red"));
    }

    [Fact]
    public async Task Owners_and_mapped_objects_are_reconciled_when_another_object_changes()
    {
        var owner = await Cluster.CreateAsync("a");
        await Cluster.CreateAsync("b");
        Start(b => b
            .Owns<V1Secret>()
            .Watches<V1ConfigMap>(m => m.Label("widget") is { } name ? [new NamespacedName("shop", name)] : []));
        await SeenAsync("reconcile a Red");
        await SeenAsync("reconcile b Red");

        Painter.Seen.Clear();
        await Cluster.Client.CreateAsync(new V1Secret { Metadata = new() { Name = "s", Namespace = "shop", OwnerReferences = [owner.ToOwnerReference()] } });
        await SeenAsync("reconcile a Red");
        Painter.Seen.ShouldNotContain("reconcile b Red");

        Painter.Seen.Clear();
        await Cluster.Client.CreateAsync(new V1ConfigMap { Metadata = new() { Name = "m", Namespace = "shop", Labels = new() { ["widget"] = "b" } } });
        await SeenAsync("reconcile b Red");

        // Taking the label away is told to the one that it named before.
        Painter.Seen.Clear();
        await Cluster.Client.PatchAsync<V1ConfigMap>("m", "shop", KubernetesPatch.Merge(JsonNode.Parse("""{"metadata":{"labels":null}}""")!));
        await SeenAsync("reconcile b Red");

        Painter.Seen.Clear();
        await Cluster.Client.DeleteAsync<V1Secret>("s", "shop");
        await SeenAsync("reconcile a Red");
    }

    [Fact]
    public async Task A_conflict_is_answered_by_reading_and_deciding_again()
    {
        var tries = 0;
        Painter.OnReconcile = async widget =>
        {
            tries++;
            return ReconciliationResult<Widget>.Success(await Cluster.Client.UpdateStatusAsync(widget));
        };
        using var fault = Cluster.Server.Faults.Add(r => r.Subresource == "status", Fault.Conflict, times: 2);
        await Cluster.CreateAsync("a");
        Start();

        await TestCluster.EventuallyAsync(() => tries >= 3);
    }

    [Fact]
    public async Task Every_object_comes_up_again_at_the_resync()
    {
        await Cluster.CreateAsync("a");
        Start(options: o => o with { ResyncInterval = TimeSpan.FromMilliseconds(50) });

        await TestCluster.EventuallyAsync(() => Painter.Seen.Count(s => s == "reconcile a Red") >= 3);
    }

    [Fact]
    public async Task Only_what_passes_the_filter_comes_up_also_when_it_ceases_to()
    {
        await Cluster.CreateAsync("red");
        await Cluster.CreateAsync("blue", "Blue");
        Start(b => b.WithFilter(w => w.Spec.Colour == WidgetColour.Blue));
        await SeenAsync("reconcile blue Blue");

        await Cluster.PaintAsync("blue", "Green");
        await SeenAsync("reconcile blue Green");

        Painter.Seen.ShouldNotContain(s => s.Contains(" red "));
    }
}
