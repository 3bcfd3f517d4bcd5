using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Reconciliation;
using BackupOperator.LocalCluster.ApiServer.Faults;

namespace BackupOperator.Kubernetes.Tests.Reconciliation;

public sealed class ControllerHostTests : IAsyncLifetime
{
    private readonly CancellationTokenSource stop = new();
    private readonly Painter painter = new();
    private TestCluster cluster = null!;
    private Task running = Task.CompletedTask;

    public async ValueTask InitializeAsync() => cluster = await TestCluster.StartAsync();

    public async ValueTask DisposeAsync()
    {
        painter.Gate.TrySetResult();
        await stop.CancelAsync();
        await running;
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task Each_object_is_reconciled_at_the_start_and_at_each_change()
    {
        await cluster.CreateAsync("a");
        Start();
        await SeenAsync("reconcile a Red");

        await cluster.PaintAsync("a", "Green");
        await SeenAsync("reconcile a Green");

        await cluster.Client.DeleteAsync<Widget>("a", "shop");
        await SeenAsync("deleted a Green");
    }

    [Fact]
    public async Task A_reconcile_sees_what_the_one_before_has_written()
    {
        painter.OnReconcile = async widget =>
        {
            var count = int.Parse(widget.Status.Painted ?? "0");
            if (count == 20)
            {
                return ReconciliationResult<Widget>.Success(widget);
            }

            widget.Status.Painted = $"{count + 1}";
            return ReconciliationResult<Widget>.Success(await cluster.Client.UpdateStatusAsync(widget), TimeSpan.FromMilliseconds(1));
        };
        Start();
        await cluster.CreateAsync("a");

        await TestCluster.EventuallyAsync(async () => (await cluster.Client.GetAsync<Widget>("a", "shop"))!.Status.Painted == "20");
        painter.Failures.ShouldBe(0);
    }

    [Fact]
    public async Task What_fails_is_tried_again_and_does_not_hold_up_others()
    {
        var tries = 0;
        painter.OnReconcile = widget => widget.Metadata.Name == "bad" && Interlocked.Increment(ref tries) < 4
            ? throw new InvalidOperationException("not yet")
            : Task.FromResult(ReconciliationResult<Widget>.Success(widget));
        await cluster.CreateAsync("bad");
        await cluster.CreateAsync("good");
        Start();

        await SeenAsync("reconcile good Red");
        await TestCluster.EventuallyAsync(() => tries == 4);
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.NotFound)]
    public async Task A_namespace_that_is_refused_holds_up_no_other_and_is_read_once_it_is_allowed(HttpStatusCode answer)
    {
        await cluster.Client.CreateAsync(new V1Namespace { Metadata = new() { Name = "other" } });
        await cluster.Client.CreateAsync(new Widget { Metadata = new() { Name = "late", Namespace = "other" } });
        using var refused = cluster.Server.Faults.Add(r => r.Namespace == "other" && r.Verb == "list", new() { Answer = answer });
        await cluster.CreateAsync("a");
        var host = new ControllerHost(cluster.Client, new() { Namespaces = ["shop", "other"], Informer = new() { RetryDelay = TimeSpan.FromMilliseconds(10), MaxRetryDelay = TimeSpan.FromMilliseconds(50) } }).Add(painter);
        running = host.RunAsync(stop.Token);

        await SeenAsync("reconcile a Red");
        host.IsSynced.ShouldBeTrue();
        host.Refusals.ShouldHaveSingleItem().ShouldContain("Widgets in namespace other cannot be watched");
        await TestCluster.EventuallyAsync(() => refused.Struck > 2);

        refused.Dispose();
        await SeenAsync("reconcile late Red");
        host.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_resync_leaves_out_what_waits_for_its_own_time()
    {
        await cluster.CreateAsync("waits");
        await cluster.CreateAsync("works");
        var host = new ControllerHost(cluster.Client, new() { Namespaces = ["shop"], ResyncInterval = TimeSpan.FromMilliseconds(50) })
            .Add(painter, b => b.WithoutResync(w => w.Metadata.Name == "waits"));
        running = host.RunAsync(stop.Token);

        await TestCluster.EventuallyAsync(() => painter.Seen.Count(s => s == "reconcile works Red") > 3);
        painter.Seen.Count(s => s == "reconcile waits Red").ShouldBe(1, "the first list");
    }

    [Fact]
    public async Task The_only_namespace_is_waited_for()
    {
        using var refused = cluster.Server.Faults.Add(r => r.Verb == "list", new() { Answer = HttpStatusCode.Forbidden });
        var host = new ControllerHost(cluster.Client, new() { Namespaces = ["shop"], Informer = new() { RetryDelay = TimeSpan.FromMilliseconds(10) } }).Add(painter);
        running = host.RunAsync(stop.Token);

        await TestCluster.EventuallyAsync(() => refused.Struck > 2);
        host.IsSynced.ShouldBeFalse();
        host.Refusals.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_failure_result_is_tried_again_after_the_time_it_says()
    {
        var tries = 0;
        painter.OnReconcile = widget => Task.FromResult(++tries < 3
            ? ReconciliationResult<Widget>.Failure(widget, "not yet", requeueAfter: TimeSpan.FromMilliseconds(10))
            : ReconciliationResult<Widget>.Success(widget));
        await cluster.CreateAsync("a");
        Start();

        await TestCluster.EventuallyAsync(() => tries == 3);
    }

    [Fact]
    public async Task A_deletion_that_was_not_dealt_with_is_tried_again_and_told_before_a_namesake()
    {
        await cluster.CreateAsync("a");
        Start();
        await SeenAsync("reconcile a Red");
        var tries = 0;
        painter.OnDeleted = widget => ++tries < 3
            ? Task.FromResult(ReconciliationResult<Widget>.Failure(widget, "not yet"))
            : Task.FromResult(ReconciliationResult<Widget>.Success(widget));

        await cluster.Client.DeleteAsync<Widget>("a", "shop");
        await cluster.CreateAsync("a", "Blue");

        await SeenAsync("reconcile a Blue");
        tries.ShouldBe(3);
        painter.Seen.ToList().IndexOf("reconcile a Blue").ShouldBeGreaterThan(painter.Seen.ToList().LastIndexOf("deleted a Red"));
    }

    [Fact]
    public async Task Owners_and_mapped_objects_are_reconciled_when_another_object_changes()
    {
        var owner = await cluster.CreateAsync("a");
        await cluster.CreateAsync("b");
        Start(b => b
            .Owns<V1Secret>()
            .Watches<V1ConfigMap>(m => m.Label("widget") is { } name ? [new NamespacedName("shop", name)] : []));
        await SeenAsync("reconcile a Red");
        await SeenAsync("reconcile b Red");

        painter.Seen.Clear();
        await cluster.Client.CreateAsync(new V1Secret { Metadata = new() { Name = "s", Namespace = "shop", OwnerReferences = [owner.ToOwnerReference()] } });
        await SeenAsync("reconcile a Red");
        painter.Seen.ShouldNotContain("reconcile b Red");

        painter.Seen.Clear();
        await cluster.Client.CreateAsync(new V1ConfigMap { Metadata = new() { Name = "m", Namespace = "shop", Labels = new() { ["widget"] = "b" } } });
        await SeenAsync("reconcile b Red");

        // Taking the label away is told to the one that it named before.
        painter.Seen.Clear();
        await cluster.Client.PatchAsync<V1ConfigMap>("m", "shop", KubernetesPatch.Merge(JsonNode.Parse("""{"metadata":{"labels":null}}""")!));
        await SeenAsync("reconcile b Red");

        painter.Seen.Clear();
        await cluster.Client.DeleteAsync<V1Secret>("s", "shop");
        await SeenAsync("reconcile a Red");
    }

    [Fact]
    public async Task A_finalizer_is_added_before_the_first_reconcile_and_goes_after_its_work()
    {
        var finalizer = new Cleaner();
        await cluster.CreateAsync("a");
        Start(b => b.WithFinalizer(finalizer));
        await SeenAsync("reconcile a Red [test.mysqlbackup.io/clean]");

        await cluster.Client.DeleteAsync<Widget>("a", "shop");
        await TestCluster.EventuallyAsync(() => finalizer.Tries > 1);
        (await cluster.Client.GetAsync<Widget>("a", "shop")).ShouldNotBeNull("the work is not done");
        finalizer.Ready = true;

        await TestCluster.EventuallyAsync(async () => await cluster.Client.GetAsync<Widget>("a", "shop") is null);
        await SeenAsync("deleted a Red");
    }

    [Fact]
    public async Task A_finalizer_that_has_lost_its_rights_goes_with_its_namespace_and_only_then()
    {
        var finalizer = new Cleaner { Problem = new KubernetesApiException(HttpStatusCode.Forbidden, "Forbidden", "jobs is forbidden") };
        await cluster.CreateAsync("a");
        Start(b => b.WithFinalizer(finalizer));
        await SeenAsync("reconcile a Red [test.mysqlbackup.io/clean]");

        await cluster.Client.DeleteAsync<Widget>("a", "shop");
        await TestCluster.EventuallyAsync(() => finalizer.Tries > 1);
        (await cluster.Client.GetAsync<Widget>("a", "shop")).ShouldNotBeNull("the rights may come back");

        await cluster.Client.DeleteAsync<V1Namespace>("shop");
        await TestCluster.EventuallyAsync(async () => await cluster.Client.GetAsync<Widget>("a", "shop") is null);
    }

    [Fact]
    public async Task A_finalizer_that_an_object_does_not_need_any_more_is_taken_away()
    {
        var finalizer = new Cleaner();
        await cluster.CreateAsync("a");
        Start(b => b.WithFinalizer(finalizer));
        await SeenAsync("reconcile a Red [test.mysqlbackup.io/clean]");

        finalizer.Needed = w => w.Spec.Colour == WidgetColour.Red;
        await cluster.PaintAsync("a", "Blue");

        await SeenAsync("reconcile a Blue");
        ((await cluster.Client.GetAsync<Widget>("a", "shop"))!.Metadata.Finalizers ?? []).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_conflict_is_answered_by_reading_and_deciding_again()
    {
        var tries = 0;
        painter.OnReconcile = async widget =>
        {
            tries++;
            return ReconciliationResult<Widget>.Success(await cluster.Client.UpdateStatusAsync(widget));
        };
        using var fault = cluster.Server.Faults.Add(r => r.Subresource == "status", Fault.Conflict, times: 2);
        await cluster.CreateAsync("a");
        Start();

        await TestCluster.EventuallyAsync(() => tries >= 3);
    }

    [Fact]
    public async Task A_stop_lets_the_running_reconcile_finish_and_begins_no_other()
    {
        painter.OnReconcile = async widget =>
        {
            await painter.Gate.Task;
            await cluster.Client.PatchAsync<Widget>(widget.Metadata.Name!, "shop", KubernetesPatch.Merge(JsonNode.Parse("""{"status":{"painted":"yes"}}""")!), "status");
            return ReconciliationResult<Widget>.Success(widget);
        };
        await cluster.CreateAsync("a");
        await cluster.CreateAsync("b");
        Start(b => b.WithWorkers(1));
        await TestCluster.EventuallyAsync(() => !painter.Seen.IsEmpty);

        await stop.CancelAsync();
        running.IsCompleted.ShouldBeFalse();
        painter.Gate.SetResult();
        await running.WaitAsync(TimeSpan.FromSeconds(20));

        painter.Seen.Count.ShouldBe(1);
        var painted = (await cluster.Client.ListAsync<Widget>("shop")).Items.Count(w => w.Status.Painted == "yes");
        painted.ShouldBe(1);
    }

    [Fact]
    public async Task A_reconcile_that_hangs_is_cut_off_when_the_time_of_grace_is_over()
    {
        painter.OnReconcile = async widget =>
        {
            await Task.Delay(Timeout.Infinite, painter.Token);
            return ReconciliationResult<Widget>.Success(widget);
        };
        await cluster.CreateAsync("a");
        Start(options: o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(100) });
        await TestCluster.EventuallyAsync(() => !painter.Seen.IsEmpty);

        await stop.CancelAsync();

        await running.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Every_object_comes_up_again_at_the_resync()
    {
        await cluster.CreateAsync("a");
        Start(options: o => o with { ResyncInterval = TimeSpan.FromMilliseconds(50) });

        await TestCluster.EventuallyAsync(() => painter.Seen.Count(s => s == "reconcile a Red") >= 3);
    }

    [Fact]
    public async Task Nothing_is_reconciled_before_all_that_is_watched_has_been_read()
    {
        await cluster.CreateAsync("a");
        using var fault = cluster.Server.Faults.Add(r => r.Verb == "list" && r.Resource == "secrets", new() { Answer = HttpStatusCode.Forbidden });
        var host = Start(b => b.Owns<V1Secret>());
        await TestCluster.EventuallyAsync(() => fault.Struck >= 3);

        painter.Seen.ShouldBeEmpty();
        host.IsSynced.ShouldBeFalse();
        fault.Dispose();

        await SeenAsync("reconcile a Red");
        host.IsSynced.ShouldBeTrue();
    }

    [Fact]
    public async Task Only_what_passes_the_filter_comes_up_also_when_it_ceases_to()
    {
        await cluster.CreateAsync("red");
        await cluster.CreateAsync("blue", "Blue");
        Start(b => b.WithFilter(w => w.Spec.Colour == WidgetColour.Blue));
        await SeenAsync("reconcile blue Blue");

        await cluster.PaintAsync("blue", "Green");
        await SeenAsync("reconcile blue Green");

        painter.Seen.ShouldNotContain(s => s.Contains(" red "));
    }

    private ControllerHost Start(Action<ControllerBuilder<Widget>>? configure = null, Func<ControllerOptions, ControllerOptions>? options = null)
    {
        var basic = new ControllerOptions
        {
            Namespaces = ["shop"],
            Queue = new() { RetryDelay = TimeSpan.FromMilliseconds(10), MaxRetryDelay = TimeSpan.FromMilliseconds(50) },
            Informer = new() { RetryDelay = TimeSpan.FromMilliseconds(10), MaxRetryDelay = TimeSpan.FromMilliseconds(50) },
        };
        var host = new ControllerHost(cluster.Client, options?.Invoke(basic) ?? basic).Add(painter, configure);
        running = host.RunAsync(stop.Token);
        return host;
    }

    private async Task SeenAsync(string expected)
    {
        try
        {
            await TestCluster.EventuallyAsync(() => painter.Seen.Contains(expected));
        }
        catch (OperationCanceledException)
        {
            painter.Seen.ShouldContain(expected);
        }
    }

    private sealed class Painter : IEntityController<Widget>
    {
        private int active;

        public ConcurrentQueue<string> Seen { get; } = new();

        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Func<Widget, Task<ReconciliationResult<Widget>>>? OnReconcile { get; set; }

        public Func<Widget, Task<ReconciliationResult<Widget>>>? OnDeleted { get; set; }

        public CancellationToken Token { get; private set; }

        public int Failures { get; private set; }

        public async Task<ReconciliationResult<Widget>> ReconcileAsync(Widget entity, CancellationToken cancellationToken)
        {
            Token = cancellationToken;
            var finalizers = entity.Metadata.Finalizers is { Count: > 0 } list ? $" [{string.Join(',', list)}]" : "";
            Seen.Enqueue($"reconcile {entity.Metadata.Name} {entity.Spec.Colour}{finalizers}");
            Interlocked.Increment(ref active);
            try
            {
                return OnReconcile is null ? ReconciliationResult<Widget>.Success(entity) : await OnReconcile(entity);
            }
            catch
            {
                Failures++;
                throw;
            }
            finally
            {
                Interlocked.Decrement(ref active);
            }
        }

        public Task<ReconciliationResult<Widget>> DeletedAsync(Widget entity, CancellationToken cancellationToken)
        {
            Seen.Enqueue($"deleted {entity.Metadata.Name} {entity.Spec.Colour}");
            return OnDeleted?.Invoke(entity) ?? Task.FromResult(ReconciliationResult<Widget>.Success(entity));
        }
    }

    private sealed class Cleaner : IEntityFinalizer<Widget>
    {
        public string Identifier => "test.mysqlbackup.io/clean";

        public bool Ready { get; set; }

        public Exception? Problem { get; init; }

        public int Tries { get; private set; }

        public Func<Widget, bool> Needed { get; set; } = _ => true;

        public bool IsNeeded(Widget entity) => Needed(entity);

        public Task<ReconciliationResult<Widget>> FinalizeAsync(Widget entity, CancellationToken cancellationToken)
        {
            Tries++;
            return Problem is not null ? throw Problem : Task.FromResult(Ready
                ? ReconciliationResult<Widget>.Success(entity)
                : ReconciliationResult<Widget>.Failure(entity, "not clean"));
        }
    }
}
