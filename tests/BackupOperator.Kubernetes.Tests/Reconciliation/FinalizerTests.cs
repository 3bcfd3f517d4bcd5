using System.Net;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Tests.Reconciliation;

/// <summary>Finalizers of controllers: added before the first reconcile, gone after their work.</summary>
public sealed class FinalizerTests : ControllerScene
{
    [Fact]
    public async Task A_finalizer_is_added_before_the_first_reconcile_and_goes_after_its_work()
    {
        var finalizer = new Cleaner();
        await Cluster.CreateAsync("a");
        Start(b => b.WithFinalizer(finalizer));
        await SeenAsync("reconcile a Red [test.mysqlbackup.io/clean]");

        await Cluster.Client.DeleteAsync<Widget>("a", "shop");
        await TestCluster.EventuallyAsync(() => finalizer.Tries > 1);
        (await Cluster.Client.GetAsync<Widget>("a", "shop")).ShouldNotBeNull("the work is not done");
        finalizer.Ready = true;

        await TestCluster.EventuallyAsync(async () => await Cluster.Client.GetAsync<Widget>("a", "shop") is null);
        await SeenAsync("deleted a Red");
    }

    [Fact]
    public async Task A_finalizer_that_has_lost_its_rights_goes_with_its_namespace_and_only_then()
    {
        var finalizer = new Cleaner { Problem = new KubernetesApiException(HttpStatusCode.Forbidden, "Forbidden", "jobs is forbidden") };
        await Cluster.CreateAsync("a");
        Start(b => b.WithFinalizer(finalizer));
        await SeenAsync("reconcile a Red [test.mysqlbackup.io/clean]");

        await Cluster.Client.DeleteAsync<Widget>("a", "shop");
        await TestCluster.EventuallyAsync(() => finalizer.Tries > 1);
        (await Cluster.Client.GetAsync<Widget>("a", "shop")).ShouldNotBeNull("the rights may come back");

        await Cluster.Client.DeleteAsync<V1Namespace>("shop");
        await TestCluster.EventuallyAsync(async () => await Cluster.Client.GetAsync<Widget>("a", "shop") is null);
    }

    [Fact]
    public async Task A_finalizer_that_an_object_does_not_need_any_more_is_taken_away()
    {
        var finalizer = new Cleaner();
        await Cluster.CreateAsync("a");
        Start(b => b.WithFinalizer(finalizer));
        await SeenAsync("reconcile a Red [test.mysqlbackup.io/clean]");

        finalizer.Needed = w => w.Spec.Colour == WidgetColour.Red;
        await Cluster.PaintAsync("a", "Blue");

        await SeenAsync("reconcile a Blue");
        ((await Cluster.Client.GetAsync<Widget>("a", "shop"))!.Metadata.Finalizers ?? []).ShouldBeEmpty();
    }
}
