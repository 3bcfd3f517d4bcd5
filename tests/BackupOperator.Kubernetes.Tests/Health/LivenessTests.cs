using System.Net;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Reconciliation;
using BackupOperator.LocalCluster.ApiServer.Faults;
using BackupOperator.TestSupport.Time;

namespace BackupOperator.Kubernetes.Tests.Health;

/// <summary>What a liveness probe is to find out. The clock of the controllers is moved by the tests.</summary>
public sealed class LivenessTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Stubborn controller = new();
    private TestCluster cluster = null!;
    private ControllerHost host = null!;
    private Task running = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        cluster = await TestCluster.StartAsync();
        host = new ControllerHost(cluster.Client, new() { Namespaces = ["shop"] }, time).Add(controller, b => b.WithWorkers(1));
    }

    public async ValueTask DisposeAsync()
    {
        controller.Gate.TrySetResult();
        await stop.CancelAsync();
        await running;
        await cluster.DisposeAsync();
    }

    [Fact]
    public void One_that_has_not_begun_is_alive()
    {
        time.Advance(TimeSpan.FromDays(1));
        host.Problems.ShouldBeEmpty();
        host.IsSynced.ShouldBeFalse();
    }

    [Fact]
    public async Task A_reconcile_that_ignores_its_timeout_is_told_by_name()
    {
        await cluster.CreateAsync("a");
        await StartAsync();
        await TestCluster.EventuallyAsync(() => controller.Begun == 1);
        time.Advance(TimeSpan.FromSeconds(150));
        host.Problems.ShouldBeEmpty("the timeout has just passed");

        time.Advance(TimeSpan.FromSeconds(40));

        host.Problems.ShouldBe(["Stubborn has been at shop/a for 190 s"]);
        controller.Gate.SetResult();
        await TestCluster.EventuallyAsync(() => !host.Problems.Any());
    }

    [Fact]
    public async Task A_watch_that_gives_no_sign_of_life_is_told()
    {
        await StartAsync();
        time.Advance(TimeSpan.FromMinutes(9));
        host.Problems.ShouldBeEmpty();

        time.Advance(TimeSpan.FromMinutes(2));

        host.Problems.ShouldBe(["the watch of Widget has not moved for 660 s"]);
    }

    [Fact]
    public async Task An_api_server_that_only_fails_is_no_reason_to_restart()
    {
        using var fault = cluster.Server.Faults.Add(r => r.Resource == "widgets", new() { Answer = HttpStatusCode.Forbidden });
        running = host.RunAsync(stop.Token);
        for (var failures = 1; failures <= 60; failures++)
        {
            await TestCluster.EventuallyAsync(() => fault.Struck >= failures && time.WaitingTimers > 0);
            time.Advance(TimeSpan.FromSeconds(50));
        }

        host.Problems.ShouldBeEmpty();
        host.IsSynced.ShouldBeFalse();
    }

    private async Task StartAsync()
    {
        running = host.RunAsync(stop.Token);
        await TestCluster.EventuallyAsync(() => host.IsSynced && cluster.Server.Faults.RunningWatches > 0);
    }

    private sealed class Stubborn : IEntityController<Widget>
    {
        private int begun;

        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Begun => Volatile.Read(ref begun);

        public async Task<ReconciliationResult<Widget>> ReconcileAsync(Widget entity, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref begun);
            await Gate.Task;
            return ReconciliationResult<Widget>.Success(entity);
        }

        public Task<ReconciliationResult<Widget>> DeletedAsync(Widget entity, CancellationToken cancellationToken) =>
            Task.FromResult(ReconciliationResult<Widget>.Success(entity));
    }
}
