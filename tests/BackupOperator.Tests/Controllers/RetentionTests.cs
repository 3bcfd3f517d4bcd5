using System.Globalization;
using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Serialization;
using BackupOperator.Metrics.Exposition;
using BackupOperator.Pruning;
using BackupOperator.Tests.Scripted;
using Microsoft.Extensions.Logging.Abstractions;
using static BackupOperator.Tests.Controllers.RetentionScene;

namespace BackupOperator.Tests.Controllers;

/// <summary>Retention, time to live and deletion, with the operator at work; the sidecar that deletes is played.</summary>
public sealed class RetentionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_no_rule_keeps_loses_its_data_first_and_its_resource_then()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        foreach (var days in new[] { 1, 2, 3, 4 })
        {
            await GoodAsync(cluster, $"n{days}", days);
        }

        await GoodAsync(cluster, "weekly-9", days: 9, schedule: "weekly");
        await GoodAsync(cluster, "by-hand", days: 9, schedule: null);
        await GoodAsync(cluster, "elsewhere", days: 9, tune: b => b.Spec.Storage.Volume!.Path = "another");
        await ScheduleAsync(cluster, new ScheduleRetention { KeepLast = 2 });
        cluster.StartOperator();
        using var metrics = new MetricRegistry(cluster.Metrics.Owns, NullLogger<MetricRegistry>.Instance);

        var sidecar = await PruneAsync(cluster);
        sidecar.Run.Kind.ShouldBe(RunKind.Prune);
        sidecar.Run.Prune!.Backups.Select(b => b.Name).ShouldBe(["n3", "n4"]);
        sidecar.Run.Prune.Backups[0].ShouldSatisfyAllConditions(b => b.BackupId.ShouldBe("id-n3"), b => b.Path.ShouldBe("shop/db/n3"), b => b.ManifestDigest.ShouldBe("sha256:n3"));
        sidecar.Run.Prune.Sweep!.Prefix.ShouldBe("shop/db/");
        var pod = (await cluster.Client.GetAsync<V1Job>(sidecar.JobName, Samples.Namespace, Stop))!.Spec!.Template!.Spec!;
        pod.AutomountServiceAccountToken.ShouldBe(false);
        pod.SecurityContext!.RunAsUser.ShouldBe(4711);
        pod.Volumes!.ShouldNotContain(v => v.PersistentVolumeClaim != null && v.PersistentVolumeClaim.ClaimName == "data-db-0");
        (await cluster.Client.GetAsync<V1Role>(sidecar.JobName, Samples.Namespace, Stop)).ShouldBeNull();
        var going = await cluster.BackupAsync("n4", b => b.Status.IsBeingPruned, "the decision");
        going.Status.Pruning!.Because.ShouldBe("schedule nightly: no rule keeps it");
        going.Metadata.DeletionTimestamp.ShouldBeNull("its data comes first");

        await sidecar.EndsAsync(new PruneReport { Left = [], Swept = 2 });
        await cluster.GoneAsync<MySqlBackup>("n3", "the third");
        await cluster.GoneAsync<MySqlBackup>("n4", "the fourth");
        (await NamesAsync(cluster)).ShouldBe(["by-hand", "elsewhere", "n1", "n2", "weekly-9"]);
        await cluster.EventAsync(going, "Pruned");
        var told = await cluster.ScheduleAsync("nightly", s => s.Status.Retention is { Keep: 2, Remove: 0 }, "what is left");
        told.Status.Retention!.Next.ShouldBeNull();
        await ScrapeAsync(metrics, "mysqlbackup_pruned_leftovers_total{namespace=\"shop\",target=\"db\"} 2");
        await ScrapeAsync(metrics, "mysqlbackup_pruned_backups_total{namespace=\"shop\",target=\"db\"} 2");
        await ScrapeAsync(metrics, "mysqlbackup_pruned_bytes_total{namespace=\"shop\",target=\"db\"}");
    }

    private static async Task ScrapeAsync(MetricRegistry metrics, string line) => await Eventually.GetAsync(
        () =>
        {
            using var text = new StringWriter();
            metrics.Write(text);
            return Task.FromResult<string?>(text.ToString());
        },
        text => text.Contains(line, StringComparison.Ordinal),
        line);

    [Fact]
    public async Task What_another_schedule_needed_goes_as_soon_as_nothing_needs_it()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await GoodAsync(cluster, "full-9", 9);
        await GoodAsync(cluster, "full-1", 1);
        await GoodAsync(cluster, "changes", 8, schedule: "daily", parent: "full-9");
        await ScheduleAsync(cluster, new ScheduleRetention { KeepLast = 1 });
        cluster.StartOperator();
        await cluster.ScheduleAsync("nightly", s => s.Status.Retention is { Keep: 2, Remove: 0 }, "what is needed stays");

        await cluster.Client.DeleteAsync<MySqlBackup>("changes", Samples.Namespace, cancellationToken: Stop);
        (await PruneAsync(cluster)).Run.Prune!.Backups.ShouldHaveSingleItem().Name.ShouldBe("full-9");
    }

    [Fact]
    public async Task A_dry_run_says_what_would_go_and_removes_nothing()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await GoodAsync(cluster, "full", 3);
        await GoodAsync(cluster, "inc", 1, parent: "full");
        await GoodAsync(cluster, "old", 9);
        var schedule = await ScheduleAsync(cluster, new ScheduleRetention { KeepLast = 1, DryRun = true });
        cluster.StartOperator();

        var told = await cluster.ScheduleAsync("nightly", s => s.Status.Retention is not null, "the review");
        told.Status.Retention!.Keep.ShouldBe(2, "the newest, and what it builds on");
        told.Status.Retention.Next.ShouldHaveSingleItem().ShouldSatisfyAllConditions(n => n.Name.ShouldBe("old"), n => n.Why.ShouldBe("no rule keeps it"));
        (await cluster.EventAsync(schedule, "WouldRemove")).Message.ShouldNotBeNull().ShouldContain("old");
        (await cluster.Client.ListAsync<V1Job>(Samples.Namespace, cancellationToken: Stop)).Items.ShouldBeEmpty();
        (await cluster.BackupAsync("old", _ => true, "the old one")).Status.Pruning.ShouldBeNull();
    }

    [Fact]
    public async Task What_is_read_or_may_be_built_on_waits()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        var old = await GoodAsync(cluster, "old", 9);
        await GoodAsync(cluster, "new", 1);
        await MarkAsync(cluster, old);
        var restore = Samples.Restore("waits");
        restore.Spec.Source = new RestoreSource { Backup = "old" };
        restore.Spec.Target.StatefulSet = "not-there-yet";
        await cluster.ApplyAsync(restore);
        cluster.StartOperator();
        await Task.Delay(TimeSpan.FromSeconds(2), Stop);
        (await PruneJobsAsync(cluster)).ShouldBeEmpty();

        await cluster.Client.DeleteAsync<MySqlRestore>("waits", Samples.Namespace, cancellationToken: Stop);
        await cluster.GoneAsync<MySqlRestore>("waits", "the restore");
        await (await PruneAsync(cluster)).EndsAsync();
        await cluster.GoneAsync<MySqlBackup>("old", "the old one");
    }

    [Fact]
    public async Task A_mark_on_what_another_needs_is_taken_back()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await MarkAsync(cluster, await GoodAsync(cluster, "full", 9));
        await GoodAsync(cluster, "inc", 1, parent: "full");
        cluster.StartOperator();
        (await cluster.BackupAsync("full", b => b.Status.Pruning is null, "the mark is gone")).Status.Phase.ShouldBe(Core.Backups.BackupPhase.Completed);
        (await PruneJobsAsync(cluster)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(DeletionPolicy.Delete)]
    [InlineData(DeletionPolicy.Retain)]
    public async Task Deleting_the_resource_deletes_the_data_only_where_that_is_asked_for(DeletionPolicy policy)
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        var backup = await GoodAsync(cluster, "one", 1, tune: b => b.Spec.DeletionPolicy = policy);
        cluster.StartOperator();
        if (policy == DeletionPolicy.Delete)
        {
            await cluster.BackupAsync("one", DataFinalizer.IsOn, "the finalizer");
        }

        await cluster.Client.DeleteAsync<MySqlBackup>("one", Samples.Namespace, cancellationToken: Stop);
        if (policy == DeletionPolicy.Delete)
        {
            var sidecar = await PruneAsync(cluster);
            sidecar.Run.Prune!.Backups.ShouldHaveSingleItem().Uid.ShouldBe(backup.Metadata.Uid);
            (await cluster.BackupAsync("one", _ => true, "it waits")).Metadata.DeletionTimestamp.ShouldNotBeNull();
            await sidecar.EndsAsync();
        }

        await cluster.GoneAsync<MySqlBackup>("one", "the backup");
        (await PruneJobsAsync(cluster)).Count.ShouldBe(policy == DeletionPolicy.Delete ? 1 : 0);
    }

    [Fact]
    public async Task What_the_sidecar_refuses_stays_a_backup_and_a_deletion_does_not_wait_for_it()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await GoodAsync(cluster, "new", 1);
        await MarkAsync(cluster, await GoodAsync(cluster, "a-old", 9));
        await GoodAsync(cluster, "deleted", 8, tune: b => b.Spec.DeletionPolicy = DeletionPolicy.Delete);
        cluster.StartOperator();
        var deleted = await cluster.BackupAsync("deleted", DataFinalizer.IsOn, "the finalizer");
        using var metrics = new MetricRegistry(cluster.Metrics.Owns, NullLogger<MetricRegistry>.Instance);
        await (await PruneAsync(cluster)).DieAsync(64, left: new PruneReport { Left = [new PruneProblem(0, "other builds on it", Untouched: true)] });
        await ScrapeAsync(metrics, "mysqlbackup_prune_failures_total{namespace=\"shop\",reason=\"PruneRefused\",target=\"db\"} 1");

        var refused = await cluster.BackupAsync("a-old", b => b.Status.Pruning?.Refused == true, "the refusal");
        refused.Status.IsBeingPruned.ShouldBeFalse();
        refused.Status.Pruning!.Message.ShouldBe("other builds on it");
        (await cluster.EventAsync(refused, "PruneRefused")).Type.ShouldBe("Warning");

        await cluster.Client.DeleteAsync<MySqlBackup>("deleted", Samples.Namespace, cancellationToken: Stop);
        var second = await PruneAsync(cluster, except: "a-old");
        second.Run.Prune!.Backups.ShouldHaveSingleItem().Name.ShouldBe("deleted");
        await second.DieAsync(64, left: new PruneReport { Left = [new PruneProblem(0, "other builds on it", Untouched: true)] });
        await cluster.GoneAsync<MySqlBackup>("deleted", "the resource");
        (await cluster.EventAsync(deleted, "DataLeft")).Message.ShouldNotBeNull().ShouldContain("backups:/shop/db/deleted: other builds on it");
    }

    [Fact]
    public async Task A_namespace_that_is_deleted_takes_no_data_with_it_and_waits_for_none()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await GoodAsync(cluster, "one", 1, tune: b => b.Spec.DeletionPolicy = DeletionPolicy.Delete);
        cluster.StartOperator();
        await cluster.BackupAsync("one", DataFinalizer.IsOn, "the finalizer");
        await cluster.Client.DeleteAsync<V1Namespace>(Samples.Namespace, cancellationToken: Stop);
        await cluster.Client.DeleteAsync<MySqlBackup>("one", Samples.Namespace, cancellationToken: Stop);

        await cluster.GoneAsync<MySqlBackup>("one", "the resource");
        (await PruneJobsAsync(cluster)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_backup_whose_time_is_over_goes_unless_it_is_the_last_good_one()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await GoodAsync(cluster, "older", 9, schedule: null, tune: b => b.Spec.Retention = new BackupRetention { Ttl = "7d" });
        await GoodAsync(cluster, "newest", 8, schedule: null, tune: b => b.Spec.Retention = new BackupRetention { Ttl = "7d" });
        cluster.StartOperator();
        var sidecar = await PruneAsync(cluster);
        sidecar.Run.Prune!.Backups.ShouldHaveSingleItem().Name.ShouldBe("older");
        await sidecar.EndsAsync();
        await cluster.GoneAsync<MySqlBackup>("older", "the older one");
        var newest = await cluster.BackupAsync("newest", b => b.Status.ExpiresAt is not null, "when it expires");
        newest.Status.ExpiresAt.ShouldBe(newest.Status.CompletionTime!.Value.AddDays(7));
        newest.Status.Pruning.ShouldBeNull();
    }

    [Fact]
    public async Task A_time_that_is_over_is_for_the_schedule_to_judge_where_it_has_a_retention()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        foreach (var (name, days) in new[] { ("n8", 8), ("n9", 9), ("n10", 10), ("n11", 11) })
        {
            var backup = await GoodAsync(cluster, name, days, tune: b => b.Spec.Retention = new BackupRetention { Ttl = "7d" });
            var expires = backup.Status.CompletionTime!.Value.AddDays(7).UtcDateTime.ToString("s", CultureInfo.InvariantCulture) + "Z";
            await cluster.Client.PatchAsync<MySqlBackup>(name, Samples.Namespace, KubernetesPatch.Merge(new JsonObject { ["status"] = new JsonObject { ["expiresAt"] = expires } }), "status", Stop);
        }

        await GoodAsync(cluster, "moved-9", 9, tune: b =>
        {
            b.Spec.Retention = new BackupRetention { Ttl = "7d" };
            b.Spec.Storage.Volume!.Path = "another";
        });
        await GoodAsync(cluster, "moved-8", 8, tune: b => b.Spec.Storage.Volume!.Path = "another");
        await ScheduleAsync(cluster, new ScheduleRetention { KeepLast = 9, MinCount = 3 });
        cluster.StartOperator();

        (await cluster.BackupAsync("n11", b => b.Status.IsBeingPruned, "the mark")).Status.Pruning!.Because.ShouldStartWith("schedule nightly: expired on");
        (await cluster.BackupAsync("moved-9", b => b.Status.IsBeingPruned, "the mark")).Status.Pruning!.Because.ShouldStartWith("its ttl of 7d is over", customMessage: "no schedule looks there");
        (await PruneAsync(cluster, asked: "n11")).Run.Prune!.Backups.ShouldHaveSingleItem().Name.ShouldBe("n11");
        await Task.Delay(TimeSpan.FromSeconds(2), Stop);
        foreach (var name in new[] { "n8", "n9", "n10" })
        {
            (await cluster.BackupAsync(name, _ => true, "it")).Status.Pruning.ShouldBeNull($"minCount keeps {name}");
        }
    }

    [Theory]
    [InlineData("{}", "at least one of")]
    [InlineData("""{"minCount":3}""", "at least one of")]
    [InlineData("""{"keepLast":0}""", "keepLast")]
    [InlineData("""{"maxCount":2,"minCount":3}""", "minCount must not be above maxCount")]
    public async Task A_retention_that_would_keep_nothing_is_refused(string retention, string why)
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await cluster.ApplyAsync(Samples.Schedule());
        var error = await Should.ThrowAsync<KubernetesApiException>(() => cluster.PatchAsync<MySqlBackupSchedule>(
            "nightly", new JsonObject { ["spec"] = new JsonObject { ["retention"] = JsonNode.Parse(retention) } }));
        error.Message.ShouldContain(why);
    }
}
