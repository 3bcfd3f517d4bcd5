using BackupOperator.TestSupport.Faults;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.EndToEnd.Tests.Stories;

/// <summary>The sidecar dies by SIGKILL while it writes the bucket's lifecycle rules, among which are those of others.</summary>
public sealed class TierKilledTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private const string Theirs = "<LifecycleConfiguration><Rule><ID>theirs</ID><Filter><Prefix>logs/</Prefix></Filter><Status>Enabled</Status>"
        + "<Expiration><Days>9</Days></Expiration></Rule></LifecycleConfiguration>";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_next_pod_ends_the_backup_and_the_rule_is_there_once_beside_those_of_others(bool isWritten)
    {
        var gateway = cluster.RgwAsync();
        var database = await cluster.StartDatabaseAsync();
        await database.FillAsync(megabytes: 1);
        var rgw = await gateway;
        var storage = await cluster.CreateBucketAsync(database);
        var rules = new Uri($"{rgw.Endpoint}/bucket-{database.Namespace}?lifecycle=");
        await S3Request.SendAsync(HttpMethod.Put, rules, rgw.AccessKey, rgw.SecretKey, Theirs);

        await using var proxy = FaultProxy.Start(rgw.Port);
        var (writes, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        proxy.Rule = request => request.Method == "PUT" && request.Asks("lifecycle") && writes.TrySetResult()
            ? isWritten ? new Fault.KeepAnswer() : new Fault.Hold(release.Task) : null;
        var run = await cluster.BackUpAsync(
            database, "b", storage.Replace(rgw.Endpoint, proxy.Endpoint, StringComparison.Ordinal) + "\n  tiers:\n  - {afterDays: 30, storageClass: STANDARD}", "backoffLimit: 2");
        await writes.Task.WaitAsync(TimeSpan.FromSeconds(60));
        if (isWritten)
        {
            await Eventually.HoldsAsync("rule in the bucket", async () => (await RulesAsync()).Contains("mysqlbackup.io-tiers-all"), TimeSpan.FromSeconds(30));
        }

        await cluster.KillSidecarAsync(database.Namespace);
        release.SetResult();

        var backup = await run.ReachesAsync("Completed");
        backup.Status.Attempt.ShouldBe(2);
        backup.Status.Report!.Backup!.Tiers.ShouldNotBeNull().Problem.ShouldBeNull();
        (await RulesAsync()).ShouldBe(["mysqlbackup.io-tiers-all", "theirs"], ignoreOrder: true);
        (await database.StatefulSetAsync()).Spec!.Replicas.ShouldBe(1);

        async Task<IReadOnlyList<string>> RulesAsync() =>
            [.. (await S3Request.SendAsync(HttpMethod.Get, rules, rgw.AccessKey, rgw.SecretKey)).Split("<ID>").Skip(1).Select(rule => rule.Split('<')[0])];
    }
}
