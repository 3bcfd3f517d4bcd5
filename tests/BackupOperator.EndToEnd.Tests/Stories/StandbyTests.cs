using System.Diagnostics;
using BackupOperator.Api.Runs;
using BackupOperator.LocalCluster.ApiServer.Requests;
using BackupOperator.TestSupport.Faults;

namespace BackupOperator.EndToEnd.Tests.Stories;

/// <summary>Two operators, of which one leads, and dies by SIGKILL when it is needed.</summary>
public sealed class StandbyTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    [Fact]
    public async Task The_standby_ends_what_the_leader_has_begun_when_it_brought_MySQL_back()
    {
        await cluster.Operator.KillAsync();
        await using var first = cluster.Replica("first");
        await using var second = cluster.Replica("second");
        first.Start();
        await LeadsAsync("first_");
        second.Start();
        var gateway = cluster.RgwAsync();
        var database = await cluster.StartDatabaseAsync();
        await database.FillAsync(megabytes: 20);
        var before = await database.ChecksumAsync();
        var rgw = await gateway;
        await using var proxy = FaultProxy.Start(rgw.Port);
        var (uploads, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        proxy.Rule = request => request.IsPart && uploads.TrySetResult() ? new Fault.Hold(release.Task) : null;
        var storage = (await cluster.CreateBucketAsync(database)).Replace(rgw.Endpoint, proxy.Endpoint, StringComparison.Ordinal);

        var run = await cluster.BackUpAsync(database, "b", storage, "backoffLimit: 0\ncold: {precopy: false}");
        await uploads.Task.WaitAsync(TimeSpan.FromSeconds(60));
        (await database.StatefulSetAsync()).Spec!.Replicas.ShouldBe(0);
        var watch = new Stopwatch();
        using (var removal = RequestHold.Begin(cluster, IsRemovalOfTheMark))
        {
            watch.Start();
            await cluster.KillSidecarAsync(database.Namespace);
            release.SetResult();
            await removal.ReachedAsync();
            await Eventually.HoldsAsync("the leader's event", async () => await ScaledUpAsync() == 1, TimeSpan.FromSeconds(30), cluster.ExplainAsync);
            await first.KillAsync();
        }

        (await database.StatefulSetAsync()).Annotation(QuiesceMark.Annotation).ShouldNotBeNull("the leader has died before that");
        await database.AnswersAsync(TimeSpan.FromSeconds(30));
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));

        await LeadsAsync("second_");
        var backup = await run.ReachesAsync("Failed", TimeSpan.FromSeconds(60));
        backup.Status.Failure!.Reason.ShouldBe("SidecarDied");
        var target = await database.StatefulSetAsync();
        target.Annotation(QuiesceMark.Annotation).ShouldBeNull();
        target.Spec!.Replicas.ShouldBe(1);
        (await database.ChecksumAsync()).ShouldBe(before);

        // Only where a database has been stopped for good would anyone scale it up a second time.
        (await ScaledUpAsync()).ShouldBe(1);

        await (await cluster.BackUpAsync(database, "again", storage)).ReachesAsync("Completed");

        // Events are written in the background; who is killed before that has told nothing.
        async Task<int> ScaledUpAsync() => (await cluster.Client.ListAsync<V1Event>(database.Namespace)).Items
            .Where(e => e is { Reason: "ScaledUp", InvolvedObject.Kind: "StatefulSet" }).Sum(e => e.Count ?? 1);

        bool IsRemovalOfTheMark(RequestInfo request) => request is { Resource: "statefulsets", Verb: "patch", Subresource: "" }
            && request.Namespace == database.Namespace
            && cluster.Cluster.ApiServer.Peek("apps/statefulsets", database.Namespace, "db")?["spec"]?["replicas"]?.ToJsonString() == "1";
    }

    private Task LeadsAsync(string replica) => Eventually.HoldsAsync(
        $"leader {replica}",
        async () => (await cluster.Client.ListAsync<V1Lease>()).Items.Any(lease =>
            lease.Metadata.Name!.EndsWith("-leader", StringComparison.Ordinal) && lease.Spec?.HolderIdentity?.StartsWith(replica, StringComparison.Ordinal) == true),
        TimeSpan.FromSeconds(60),
        cluster.ExplainAsync);
}
