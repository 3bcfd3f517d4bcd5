using System.Net;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Reconciliation;
using BackupOperator.LocalCluster.ApiServer.Faults;

namespace BackupOperator.Kubernetes.Tests.Reconciliation;

/// <summary>Namespaces that may not be read.</summary>
public sealed class RefusedNamespaceTests : ControllerScene
{
    [Theory]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.NotFound)]
    public async Task A_namespace_that_is_refused_holds_up_no_other_and_is_read_once_it_is_allowed(HttpStatusCode answer)
    {
        await Cluster.Client.CreateAsync(new V1Namespace { Metadata = new() { Name = "other" } });
        await Cluster.Client.CreateAsync(new Widget { Metadata = new() { Name = "late", Namespace = "other" } });
        using var refused = Cluster.Server.Faults.Add(r => r.Namespace == "other" && r.Verb == "list", new() { Answer = answer });
        await Cluster.CreateAsync("a");
        var host = new ControllerHost(Cluster.Client, new() { Namespaces = ["shop", "other"], Informer = new() { RetryDelay = TimeSpan.FromMilliseconds(10), MaxRetryDelay = TimeSpan.FromMilliseconds(50) } }).Add(Painter);
        Running = host.RunAsync(Stop.Token);

        await SeenAsync("reconcile a Red");
        host.IsSynced.ShouldBeTrue();
        host.Refusals.ShouldHaveSingleItem().ShouldContain("Widgets in namespace other cannot be watched");
        await TestCluster.EventuallyAsync(() => refused.Struck > 2);

        refused.Dispose();
        await SeenAsync("reconcile late Red");
        host.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_only_namespace_is_waited_for()
    {
        using var refused = Cluster.Server.Faults.Add(r => r.Verb == "list", new() { Answer = HttpStatusCode.Forbidden });
        var host = new ControllerHost(Cluster.Client, new() { Namespaces = ["shop"], Informer = new() { RetryDelay = TimeSpan.FromMilliseconds(10) } }).Add(Painter);
        Running = host.RunAsync(Stop.Token);

        await TestCluster.EventuallyAsync(() => refused.Struck > 2);
        host.IsSynced.ShouldBeFalse();
        host.Refusals.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Nothing_is_reconciled_before_all_that_is_watched_has_been_read()
    {
        await Cluster.CreateAsync("a");
        using var fault = Cluster.Server.Faults.Add(r => r.Verb == "list" && r.Resource == "secrets", new() { Answer = HttpStatusCode.Forbidden });
        var host = Start(b => b.Owns<V1Secret>());
        await TestCluster.EventuallyAsync(() => fault.Struck >= 3);

        Painter.Seen.ShouldBeEmpty();
        host.IsSynced.ShouldBeFalse();
        fault.Dispose();

        await SeenAsync("reconcile a Red");
        host.IsSynced.ShouldBeTrue();
    }
}
