using System.Net;
using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.LeaderElection;
using BackupOperator.Kubernetes.Models;
using BackupOperator.LocalCluster.ApiServer.Faults;
using BackupOperator.TestSupport.Time;

namespace BackupOperator.Kubernetes.Tests.LeaderElection;

/// <summary>Candidates here have clocks of their own, which only the tests move.</summary>
public sealed class LeaderElectorTests : IAsyncLifetime
{
    private readonly CancellationTokenSource stop = new();
    private TestCluster cluster = null!;

    public async ValueTask InitializeAsync() => cluster = await TestCluster.StartAsync();

    public async ValueTask DisposeAsync() => await cluster.DisposeAsync();

    [Fact]
    public async Task One_of_two_leads_and_the_other_follows_at_once_when_it_ends()
    {
        var first = new Candidate(this, "first");
        await first.LeadsAsync();
        var second = new Candidate(this, "second");
        await second.WaitsAsync();

        var lease = await LeaseAsync();
        lease.Metadata.Name.ShouldBe("backup-operator-leader");
        (lease.Spec!.HolderIdentity, lease.Spec.LeaseDurationSeconds, lease.Spec.LeaseTransitions).ShouldBe(("first", 15, 0));

        await first.StopAsync();
        (await LeaseAsync()).Spec!.HolderIdentity.ShouldBe("");
        await second.AdvanceUntilAsync(() => second.Leads, TimeSpan.FromSeconds(10));

        (await LeaseAsync()).Spec!.LeaseTransitions.ShouldBe(1);
        await second.StopAsync();
    }

    [Fact]
    public async Task A_leader_that_vanished_is_followed_after_its_lease_by_the_clock_of_the_one_who_waits()
    {
        // Its clock is a day ahead: times within the lease say nothing.
        var first = new Candidate(this, "first", TimeSpan.FromDays(1));
        await first.LeadsAsync();
        var second = new Candidate(this, "second");
        await second.WaitsAsync();
        var start = second.Time.GetUtcNow();

        await second.AdvanceUntilAsync(() => second.Leads, TimeSpan.FromSeconds(60));

        (second.Time.GetUtcNow() - start).ShouldBeInRange(TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(25));
        await first.AdvanceUntilAsync(() => first.Ended, TimeSpan.FromSeconds(30));
        await Should.ThrowAsync<LeadershipLostException>(() => first.Running);
        await second.StopAsync();
    }

    [Fact]
    public async Task A_leader_that_renews_stays()
    {
        var first = new Candidate(this, "first");
        await first.LeadsAsync();
        var second = new Candidate(this, "second");
        await second.WaitsAsync();

        for (var i = 0; i < 30; i++)
        {
            await first.StepAsync(TimeSpan.FromSeconds(1));
            await second.StepAsync(TimeSpan.FromSeconds(1));
        }

        first.Leads.ShouldBeTrue();
        second.Leads.ShouldBeFalse();
        await first.StopAsync();
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => second.Running);
    }

    [Fact]
    public async Task A_leader_that_cannot_reach_the_server_stops_its_work_before_another_may_begin()
    {
        var first = new Candidate(this, "first");
        await first.LeadsAsync();
        var start = first.Time.GetUtcNow();
        using var fault = cluster.Server.Faults.Add(r => r.Resource == "leases", new() { Answer = HttpStatusCode.InternalServerError });

        await first.AdvanceUntilAsync(() => first.Ended, TimeSpan.FromSeconds(60));

        (first.Time.GetUtcNow() - start).ShouldBeLessThan(TimeSpan.FromSeconds(15));
        await TestCluster.EventuallyAsync(() => first.WorkCancelled);
        (await Should.ThrowAsync<LeadershipLostException>(() => first.Running)).Message.ShouldContain("backup-operator-leader");
    }

    [Fact]
    public async Task A_lost_lease_ends_everything_at_once_whatever_the_work_does()
    {
        var first = new Candidate(this, "first") { Ending = new(TaskCreationOptions.RunContinuationsAsynchronously) };
        await first.LeadsAsync();
        using var fault = cluster.Server.Faults.Add(r => r.Resource == "leases", new() { Answer = HttpStatusCode.InternalServerError });

        await first.AdvanceUntilAsync(() => first.Ended, TimeSpan.FromSeconds(15));

        first.Elector.Lost.IsCancellationRequested.ShouldBeTrue();
        await Should.ThrowAsync<LeadershipLostException>(() => first.Running);
        first.Ending!.SetResult();
    }

    [Fact]
    public async Task A_renewal_is_a_single_request()
    {
        var first = new Candidate(this, "first");
        await first.LeadsAsync();
        var before = first.Client.Requests;

        for (var i = 0; i < 20; i++)
        {
            await first.StepAsync(TimeSpan.FromSeconds(1));
        }

        // One in two seconds; the clock may run ahead of a renewal that is on its way. Two requests each would be twenty.
        (first.Client.Requests - before).ShouldBeInRange(8, 10);
        await first.StopAsync();
    }

    [Fact]
    public async Task The_lease_is_given_back_even_where_the_answer_to_the_last_renewal_was_lost()
    {
        var first = new Candidate(this, "first");
        await first.LeadsAsync();
        await cluster.Client.PatchAsync<V1Lease>(
            "backup-operator-leader", "shop", KubernetesPatch.Merge(JsonNode.Parse("""{"metadata":{"labels":{"seen":"no"}}}""")!));

        await first.StopAsync();

        (await LeaseAsync()).Spec!.HolderIdentity.ShouldBe("");
    }

    [Fact]
    public async Task A_leader_whose_renewal_hangs_is_not_alive_and_one_that_waits_long_is()
    {
        var first = new Candidate(this, "first");
        await first.LeadsAsync();
        var second = new Candidate(this, "second");
        await second.WaitsAsync();
        for (var i = 0; i < 600; i++)
        {
            first.Time.Advance(TimeSpan.FromSeconds(1));
            await second.StepAsync(TimeSpan.FromSeconds(1));
            await TestCluster.EventuallyAsync(() => first.Client.UnderWay == 0);
        }

        second.Elector.Problem.ShouldBeNull();
        second.Elector.IsStandingBy.ShouldBeTrue();
        first.Elector.Problem.ShouldBeNull();
        var never = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        first.Client.Gate = never.Task;
        first.Time.Advance(TimeSpan.FromSeconds(30));

        first.Elector.Problem!.ShouldContain("has not renewed its lease for");
        never.SetResult();
        await stop.CancelAsync();
    }

    [Fact]
    public async Task Short_trouble_costs_nobody_the_lead()
    {
        var first = new Candidate(this, "first");
        await first.LeadsAsync();
        using var fault = cluster.Server.Faults.Add(r => r.Resource == "leases", new() { Answer = HttpStatusCode.InternalServerError }, times: 2);
        using var conflict = cluster.Server.Faults.Add(r => r.Resource == "leases" && r.Verb == "patch", Fault.Conflict, times: 1);

        await first.AdvanceUntilAsync(() => fault.Struck == 2 && conflict.Struck == 1, TimeSpan.FromSeconds(30));
        for (var i = 0; i < 15; i++)
        {
            await first.StepAsync(TimeSpan.FromSeconds(1));
        }

        first.Leads.ShouldBeTrue();
        await first.StopAsync();
    }

    [Fact]
    public async Task The_lease_is_kept_until_the_work_has_really_ended()
    {
        var first = new Candidate(this, "first") { Ending = new(TaskCreationOptions.RunContinuationsAsynchronously) };
        await first.LeadsAsync();
        var stopping = first.StopAsync();
        await TestCluster.EventuallyAsync(() => first.WorkCancelled);

        (await LeaseAsync()).Spec!.HolderIdentity.ShouldBe("first");
        first.Ending!.SetResult();
        await stopping;

        (await LeaseAsync()).Spec!.HolderIdentity.ShouldBe("");
    }

    [Fact]
    public async Task Work_that_fails_gives_the_lease_back_and_its_error_is_told()
    {
        var first = new Candidate(this, "first") { Ending = new(TaskCreationOptions.RunContinuationsAsynchronously) };
        await first.LeadsAsync();
        first.Ending!.SetException(new InvalidOperationException("broken"));
        await first.Stop.CancelAsync();

        (await Should.ThrowAsync<InvalidOperationException>(() => first.Running)).Message.ShouldBe("broken");
        (await LeaseAsync()).Spec!.HolderIdentity.ShouldBe("");
    }

    private async Task<V1Lease> LeaseAsync() => (await cluster.Client.GetAsync<V1Lease>("backup-operator-leader", "shop"))!;

    private sealed class Candidate
    {
        public Candidate(LeaderElectorTests test, string identity, TimeSpan ahead = default)
        {
            Time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) + ahead);
            Stop = CancellationTokenSource.CreateLinkedTokenSource(test.stop.Token);
            Client = new(test.cluster.Client);
            Elector = new(Client, LeaderElectionOptions.For("backup-operator", "shop", identity), Time, new Random(1));
            Running = Elector.RunAsync(WorkAsync, Stop.Token);
        }

        public FakeTimeProvider Time { get; }

        public TrackedClient Client { get; }

        public LeaderElector Elector { get; }

        public CancellationTokenSource Stop { get; }

        public Task Running { get; }

        public TaskCompletionSource? Ending { get; init; }

        public bool WorkCancelled { get; private set; }

        private bool IsWaiting => Client.UnderWay == 0 && Time.WaitingTimers > 0;

        public bool Leads => Elector.IsLeader;

        public bool Ended => Running.IsCompleted;

        public Task LeadsAsync() => TestCluster.EventuallyAsync(() => Leads && IsWaiting);

        public Task WaitsAsync() => TestCluster.EventuallyAsync(() => !Leads && IsWaiting);

        public async Task StopAsync()
        {
            await Stop.CancelAsync();
            await Running.WaitAsync(TimeSpan.FromSeconds(20));
        }

        /// <summary>Moves the clock, and waits until the candidate waits again.</summary>
        public async Task StepAsync(TimeSpan by)
        {
            Time.Advance(by);
            await Task.Yield();
            await TestCluster.EventuallyAsync(() => Ended || IsWaiting);
        }

        public async Task AdvanceUntilAsync(Func<bool> condition, TimeSpan limit)
        {
            for (var passed = TimeSpan.Zero; !condition(); passed += TimeSpan.FromSeconds(0.5))
            {
                passed.ShouldBeLessThan(limit);
                await StepAsync(TimeSpan.FromSeconds(0.5));
            }
        }

        private async Task WorkAsync(CancellationToken cancellationToken)
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                WorkCancelled = true;
                await (Ending?.Task ?? Task.CompletedTask);
            }
        }
    }
}
