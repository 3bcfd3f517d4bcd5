using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BackupOperator.Api.Entities;
using BackupOperator.TestSupport.Faults;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.EndToEnd.Tests.Stories;

/// <summary>Two schedules with a retention: data goes, then resources, and what stays brings everything back.</summary>
public sealed partial class RetentionTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private const string KeepOne = "retention:\n  keepLast: 1";

    [Fact]
    public async Task Old_chains_go_from_the_bucket_and_then_from_the_cluster_though_the_sidecar_dies_in_between()
    {
        var gateway = cluster.RgwAsync();
        var database = await cluster.StartDatabaseAsync();
        await database.FillAsync(megabytes: 1);
        var rgw = await gateway;
        await using var proxy = FaultProxy.Start(rgw.Port);
        var storage = (await cluster.CreateBucketAsync(database)).Replace(rgw.Endpoint, proxy.Endpoint, StringComparison.Ordinal);

        // The manifest of the first backup that goes is gone, and its packs are not yet.
        var (reached, release) = (new TaskCompletionSource<string>(), new TaskCompletionSource());
        proxy.Rule = request => request.Method == "POST" && request.Asks("delete") && reached.TrySetResult(request.Target) ? new Fault.Hold(release.Task) : null;

        await ScheduleAsync(database, "weekly", storage, "Full");
        await ScheduleAsync(database, "daily", storage, "Incremental");
        var full = await TriggerAsync(database, "weekly", "1");
        await database.ExecuteAsync("UPDATE app.words SET word = CONCAT(word, '!') WHERE id < 100");
        var changes = await TriggerAsync(database, "daily", "1");
        changes.Status.Parent.ShouldBe(full.Status.BackupId);

        // The older full one stays: the changes build on it.
        var full2 = await TriggerAsync(database, "weekly", "2");
        await UntilAsync<MySqlBackupSchedule>(database, "weekly", s => s is { Status.Retention: { Keep: 2, Remove: 0 } });

        await database.ExecuteAsync("UPDATE app.words SET word = CONCAT(word, '?') WHERE id < 100");
        var before = await database.ChecksumAsync();
        var changes2 = await TriggerAsync(database, "daily", "2");
        changes2.Status.Parent.ShouldBe(full2.Status.BackupId);

        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60));
        (await KeysAsync(rgw, database)).ShouldNotContain($"{changes.Status.Path}/manifest.json.zst");
        (await cluster.Client.GetAsync<MySqlBackup>(changes.Metadata.Name!, database.Namespace))!.Status.Pruning.ShouldNotBeNull("data first");
        await cluster.KillSidecarAsync(database.Namespace);
        release.SetResult();

        await UntilAsync<MySqlBackup>(database, full.Metadata.Name!, backup => backup is null);
        (await cluster.Client.ListAsync<MySqlBackup>(database.Namespace)).Items.Select(b => b.Metadata.Name).ShouldBe(
            [full2.Metadata.Name, changes2.Metadata.Name], ignoreOrder: true);
        var keys = await KeysAsync(rgw, database);
        keys.ShouldAllBe(key => key.StartsWith(full2.Status.Path + "/") || key.StartsWith(changes2.Status.Path + "/"));
        keys.Count(key => key.EndsWith("/manifest.json.zst", StringComparison.Ordinal)).ShouldBe(2);

        await database.ExecuteAsync("DROP DATABASE app");
        await (await cluster.RestoreAsync(database, "back", $"backup: {changes2.Metadata.Name}")).ReachesAsync("Completed");
        (await database.ChecksumAsync()).ShouldBe(before);
    }

    private Task ScheduleAsync(TestDatabase database, string name, string storage, string type) =>
        cluster.Cluster.ApplyAsync(Manifests.Schedule(database.Namespace, name, storage, type, immediate: false, KeepOne));

    private async Task<MySqlBackup> TriggerAsync(TestDatabase database, string schedule, string token)
    {
        await cluster.Client.PatchAsync<MySqlBackupSchedule>(
            schedule, database.Namespace,
            KubernetesPatch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [ScheduleMetadata.Trigger] = token } } }));
        var triggered = await UntilAsync<MySqlBackupSchedule>(database, schedule, s => s!.Status.Triggers?.Any(t => t.Token == token && t.Backup is not null) == true);
        return await new RunHandle<MySqlBackup>(cluster, database.Namespace, triggered!.Status.Triggers!.Single(t => t.Token == token).Backup!).ReachesAsync("Completed");
    }

    private async Task<T?> UntilAsync<T>(TestDatabase database, string name, Func<T?, bool> holds)
        where T : class, IKubernetesObject
    {
        T? found = null;
        await Eventually.HoldsAsync(
            $"state of {typeof(T).Name} {name}", async () => holds(found = await cluster.Client.GetAsync<T>(name, database.Namespace)), TimeSpan.FromSeconds(90), cluster.ExplainAsync);
        return found;
    }

    private static async Task<List<string>> KeysAsync(RealRgw rgw, TestDatabase database)
    {
        var list = await S3Request.SendAsync(HttpMethod.Get, new Uri($"{rgw.Endpoint}/bucket-{database.Namespace}?list-type=2"), rgw.AccessKey, rgw.SecretKey);
        return [.. Key().Matches(list).Select(match => match.Groups[1].Value)];
    }

    [GeneratedRegex("<Key>([^<]+)</Key>")]
    private static partial Regex Key();
}
