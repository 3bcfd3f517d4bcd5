using System.Text.Json.Nodes;
using BackupOperator.Catalogs;
using BackupOperator.Core.Backups;
using BackupOperator.Core.Catalogs;
using BackupOperator.Runs;
using BackupOperator.Tests.Scripted;
using static BackupOperator.Tests.Controllers.CatalogScene;

namespace BackupOperator.Tests.Controllers;

/// <summary>Backups that are in a storage and have no resource, with the operator at work; the Job that reads the storage is played.</summary>
public sealed class CatalogTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_in_the_storage_gets_its_resources_back_and_nothing_is_run_for_them()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var schedule = await ScheduleAsync(cluster);
        var reader = await ReaderAsync(cluster);
        reader.Run.Kind.ShouldBe(RunKind.Catalog);
        reader.Run.ResourceKind.ShouldBe("MySqlBackupSchedule");
        reader.Run.Uid.ShouldBe(schedule.Metadata.Uid);
        reader.Run.Catalog!.Prefix.ShouldBe("shop/db/");
        await JobMayOnlyTellAsync(cluster, reader);

        var (full, incremental) = (Stored("id-1", 2, name: "nightly-1", schedule: "nightly"), Stored("id-2", 1, parent: "id-1"));
        await PageAsync(cluster, reader, 1, last: false, full);
        await PageAsync(cluster, reader, 2, last: true, incremental);
        var told = await ImportedAsync(cluster);
        told.Status.Catalog!.ShouldSatisfyAllConditions(c => c.Found.ShouldBe(2), c => c.Imported.ShouldBe(2), c => c.Problems.ShouldBeNull());
        told.Status.Conditions!.Single(c => c.Type == "CatalogImported").Status.ShouldBe("True");
        (await cluster.EventAsync(schedule, "Imported")).Message.ShouldNotBeNull().ShouldContain("Backups in the storage: 2");

        var first = await cluster.BackupAsync("nightly-1", b => b.Status.Phase == BackupPhase.Completed, "the full one");
        first.Spec.Imported!.ShouldSatisfyAllConditions(i => i.BackupId.ShouldBe("id-1"), i => i.Path.ShouldBe("shop/db/id-1"));
        first.Metadata.Labels![ScheduleMetadata.Schedule].ShouldBe("nightly");
        first.Status.ShouldSatisfyAllConditions(
            s => s.Location.ShouldBe("backups:/shop/db/id-1"), s => s.Path.ShouldBe("shop/db/id-1"), s => s.BackupId.ShouldBe("id-1"), s => s.ManifestDigest.ShouldBe("sha256:id-1"),
            s => s.Size!.Logical.ShouldBe("4Mi"), s => s.Size!.Stored.ShouldBe("1Mi"), s => s.Blocks!.Total.ShouldBe(4), s => s.Server!.Version.ShouldBe("10.11.6"),
            s => s.Binlog!.Position.ShouldBe(42), s => s.GtidExecuted.ShouldBe("0-1-7"), s => s.Type.ShouldBe(BackupType.Full), s => s.Target!.Claim.ShouldBe("data-db-0"),
            s => s.StartTime.ShouldBe(full.StartedAt), s => s.CompletionTime.ShouldBe(full.FinishedAt), s => s.Duration.ShouldBe("3m"));
        first.Status.Conditions!.Single(c => c.Type == "Verified").Status.ShouldBe("Unknown");
        var second = (await BackupsAsync(cluster)).Single(b => b.Metadata.Name != "nightly-1");
        second.Metadata.Name.ShouldNotBeNull().ShouldStartWith($"db-{incremental.Result.ReadAt:yyyyMMdd-HHmmss}-");
        second.Status.ShouldSatisfyAllConditions(s => s.Parent.ShouldBe("id-1"), s => s.Type.ShouldBe(BackupType.Incremental));
        second.Metadata.Labels?.ContainsKey(ScheduleMetadata.Schedule).ShouldNotBe(true);

        // The schedule counts what is its own, and the moment is that of the data.
        var counted = await cluster.ScheduleAsync("nightly", s => s.Status.Storage?.Backups == 1, "the count");
        counted.Status.Recoverable!.To.ShouldBe(full.Result.ReadAt);
        await reader.EndsAsync();
        await cluster.GoneAsync<V1RoleBinding>(reader.JobName, "the rights of the Job");
        (await cluster.Client.ListAsync<V1Job>(Samples.Namespace, cancellationToken: Stop)).Items.ShouldHaveSingleItem("nothing was run");
    }

    [Fact]
    public async Task An_imported_backup_is_built_on_and_restored_and_removed_like_any_other()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        await ScheduleAsync(cluster, tune: spec =>
        {
            spec.Template.Spec.Encryption = Samples.Encryption();
            spec.Template.Spec.DeletionPolicy = DeletionPolicy.Delete;
            spec.Retention = new ScheduleRetention { KeepLast = 2 };
        });
        await ImportAsync(
            cluster, Stored("id-old", 30, "old", "nightly", encrypted: true), Stored("id-full", 3, "full", "nightly", encrypted: true), Stored("id-inc", 1, "inc", "nightly", parent: "id-full", encrypted: true));
        var prune = await RetentionScene.PruneAsync(cluster);
        prune.Run.Prune!.Backups.ShouldHaveSingleItem().ShouldSatisfyAllConditions(b => b.Name.ShouldBe("old"), b => b.BackupId.ShouldBe("id-old"), b => b.ManifestDigest.ShouldBe("sha256:id-old"));
        await prune.EndsAsync();
        await cluster.GoneAsync<MySqlBackup>("old", "the old one");
        (await BackupsAsync(cluster)).ShouldAllBe(b => b.Spec.DeletionPolicy == DeletionPolicy.Retain, "who deletes the resource keeps the data");

        var next = Samples.Backup("next");
        next.Spec.Type = BackupType.Incremental;
        next.Spec.Encryption = Samples.Encryption();
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(next));
        sidecar.Run.Backup!.Parents.ShouldBe([new RunParent("id-inc", "shop/db/id-inc", "sha256:id-inc"), new RunParent("id-full", "shop/db/id-full", "sha256:id-full")]);
        await sidecar.DieAsync();
        await cluster.BackupAsync("next", b => b.Status.Phase == BackupPhase.Failed && b.Metadata.Finalizers is not { Count: > 0 }, "Failed");

        foreach (var source in (RestoreSource[])[new() { Backup = "full" }, new() { Latest = new LatestBackup { StatefulSet = "db" } }])
        {
            var restore = Samples.Restore(source.Backup ?? "latest");
            restore.Spec.Source = source;
            sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(restore));
            sidecar.Run.Path.ShouldBe(source.Backup is null ? "shop/db/id-inc" : "shop/db/id-full");
            sidecar.Run.Restore!.ManifestDigest.ShouldBe(source.Backup is null ? "sha256:id-inc" : "sha256:id-full");
            sidecar.Run.Encryption.ShouldNotBeNull();
            await sidecar.SucceedAsync();
            await cluster.RestoreAsync(restore.Metadata.Name!, r => r.Status.Phase == Core.Restores.RestorePhase.Completed && r.Metadata.Finalizers?.Contains(RunFinalizer.Name) != true, "Completed");
        }
    }

    [Fact]
    public async Task What_exists_is_not_touched_and_a_name_that_is_taken_gets_a_suffix()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        var known = await RetentionScene.GoodAsync(cluster, "known", 1);
        await RetentionScene.GoodAsync(cluster, "taken", 2);
        await ScheduleAsync(cluster);
        cluster.StartOperator();
        var told = await ImportAsync(cluster, Stored("id-known", 1, "known"), Stored("id-other", 2, "taken"), Stored("id-bad-name", 3, "../../Bad"), Stored("id-bad-label", 4, "good", "Bad/Label"));
        told.Status.Catalog!.ShouldSatisfyAllConditions(c => c.Found.ShouldBe(4), c => c.Imported.ShouldBe(3));
        (await cluster.BackupAsync("known", _ => true, "it")).Metadata.ResourceVersion.ShouldBe(known.Metadata.ResourceVersion);
        var names = await RetentionScene.NamesAsync(cluster);
        names.Count.ShouldBe(5);
        names.Count(n => n.StartsWith("taken-", StringComparison.Ordinal)).ShouldBe(1);
        names.Count(n => n.StartsWith("db-2", StringComparison.Ordinal)).ShouldBe(1);
        (await cluster.BackupAsync("good", _ => true, "it")).Metadata.Labels?.ContainsKey(ScheduleMetadata.Schedule).ShouldNotBe(true);
    }

    [Fact]
    public async Task What_cannot_be_imported_is_named_and_stops_nothing()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var schedule = await ScheduleAsync(cluster);
        var reader = await ReaderAsync(cluster);
        await PutAsync(cluster, reader, new CatalogPage
        {
            Session = reader.Run.Catalog!.Session,
            Number = 1,
            After = "z",
            Last = true,
            Backups = [Stored("id-good", 1, "good"), Stored("id-secret", 1, "secret", encrypted: true)],
            Problems = [new CatalogProblem("shop/db/broken", "its manifest is damaged")],
        });
        var told = await ImportedAsync(cluster);
        told.Status.Catalog!.ShouldSatisfyAllConditions(c => c.Found.ShouldBe(1), c => c.ProblemCount.ShouldBe(2));
        told.Status.Catalog!.Problems!.Select(p => p.Path).ShouldBe(["shop/db/broken", "shop/db/id-secret"]);
        told.Status.Conditions!.Single(c => c.Type == "CatalogImported").ShouldSatisfyAllConditions(
            c => c.Status.ShouldBe("False"), c => c.Reason.ShouldBe("Incomplete"), c => c.Message.ShouldNotBeNull().ShouldContain("shop/db/broken"));
        (await cluster.EventAsync(schedule, "ImportProblem")).Type.ShouldBe("Warning");
        (await RetentionScene.NamesAsync(cluster)).ShouldBe(["good"]);
    }

    [Fact]
    public async Task It_is_done_once_and_again_when_asked_and_not_after_it_is_turned_off()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        await ScheduleAsync(cluster);
        var first = await ImportAsync(cluster, Stored("id-1", 1, "one"));
        await cluster.Client.DeleteAsync<MySqlBackup>("one", Samples.Namespace, cancellationToken: Stop);
        await cluster.PatchAsync<MySqlBackupSchedule>("nightly", new JsonObject { ["spec"] = new JsonObject { ["suspend"] = true } });
        await cluster.ScheduleAsync("nightly", s => s.Status.Conditions!.Any(c => c is { Type: "Suspended", Status: "True" }), "Suspended");
        (await cluster.ScheduleAsync("nightly", _ => true, "it")).Status.Catalog!.Session.ShouldBe(first.Status.Catalog!.Session);

        await cluster.PatchAsync<MySqlBackupSchedule>(
            "nightly", new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [ScheduleMetadata.Import] = "again" } } });
        await cluster.ScheduleAsync("nightly", s => s.Status.Catalog?.Session > first.Status.Catalog.Session && s.Status.Catalog.Phase == CatalogPhase.Running, "the second session");
        var reader = await ReaderAsync(cluster, after: first.Status.Catalog.Session!.Value);
        await cluster.PatchAsync<MySqlBackupSchedule>("nightly", new JsonObject { ["spec"] = new JsonObject { ["catalog"] = new JsonObject { ["import"] = false } } });
        await cluster.GoneAsync<V1Job>(reader.JobName, "the Job");
        var off = await cluster.ScheduleAsync("nightly", s => s.Status.Catalog is null, "nothing of it");
        off.Status.Conditions!.ShouldNotContain(c => c.Type == "CatalogImported");
        await PutAsync(cluster, reader, new CatalogPage { Session = reader.Run.Catalog!.Session, Number = 1, After = "z", Last = true, Backups = [Stored("id-1", 1, "one")] });

        // A page that is left over counts for no later session.
        await cluster.PatchAsync<MySqlBackupSchedule>("nightly", new JsonObject { ["spec"] = new JsonObject { ["catalog"] = new JsonObject { ["import"] = true } } });
        await ReaderAsync(cluster, after: reader.Run.Catalog.Session - 1);
        (await cluster.ScheduleAsync("nightly", _ => true, "it")).Status.Catalog!.ShouldSatisfyAllConditions(
            c => c.Page.ShouldBeNull(), c => c.Session!.Value.ShouldBeGreaterThan(reader.Run.Catalog.Session));
        (await RetentionScene.NamesAsync(cluster)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_job_that_fails_is_told_and_tried_again_and_nothing_is_removed_meanwhile()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await RetentionScene.GoodAsync(cluster, "old", 9);
        await RetentionScene.GoodAsync(cluster, "new", 1);
        var schedule = await ScheduleAsync(cluster, tune: spec => spec.Retention = new ScheduleRetention { KeepLast = 1 });
        cluster.StartOperator();
        var reader = await ReaderAsync(cluster);
        await reader.DieAsync(67, failure: new RunFailure { Reason = FailureReason.StorageRefused, Message = "s3://x refuses the keys", Retryable = false });
        var failed = await cluster.ScheduleAsync("nightly", s => s.Status.Catalog?.Phase == CatalogPhase.Failed, "the failure");
        failed.Status.Catalog!.ShouldSatisfyAllConditions(c => c.Message.ShouldBe("s3://x refuses the keys"), c => c.Attempts.ShouldBe(1), c => c.NextAttemptTime.ShouldNotBeNull());
        failed.Status.Retention!.Message.ShouldNotBeNull().ShouldContain("spec.catalog.import is not done");
        (await cluster.EventAsync(schedule, "ImportFailed")).Message.ShouldNotBeNull().ShouldContain("s3://x refuses the keys");
        (await cluster.BackupAsync("old", _ => true, "it")).Status.Pruning.ShouldBeNull();

        await cluster.Client.PatchAsync<MySqlBackupSchedule>(
            "nightly", Samples.Namespace,
            KubernetesPatch.Merge(new JsonObject { ["status"] = new JsonObject { ["catalog"] = new JsonObject { ["nextAttemptTime"] = "2020-01-01T00:00:00Z" } } }), "status", Stop);
        var second = await ReaderAsync(cluster, after: reader.Run.Catalog!.Session);
        await PageAsync(cluster, second, 1, last: true);
        await ImportedAsync(cluster);
        await cluster.BackupAsync("old", b => b.Status.IsBeingPruned, "the retention goes on");
    }

    [Fact]
    public async Task Reading_and_deleting_wait_for_each_other()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await RetentionScene.GoodAsync(cluster, "new", 1);
        await RetentionScene.MarkAsync(cluster, await RetentionScene.GoodAsync(cluster, "old", 9));
        await ScheduleAsync(cluster);
        cluster.StartOperator();
        var waiting = await cluster.ScheduleAsync("nightly", s => s.Status.Catalog?.Message is not null, "what it waits for");
        waiting.Status.Catalog!.ShouldSatisfyAllConditions(c => c.Phase.ShouldBe(CatalogPhase.Waiting), c => c.Message.ShouldBe("Waits: MySqlBackup old is being deleted"));
        await (await RetentionScene.PruneAsync(cluster)).EndsAsync();
        await cluster.GoneAsync<MySqlBackup>("old", "the old one");

        var reader = await ReaderAsync(cluster);
        await RetentionScene.MarkAsync(cluster, await RetentionScene.GoodAsync(cluster, "older", 10));
        await Task.Delay(TimeSpan.FromSeconds(3), Stop);
        (await RetentionScene.PruneJobsAsync(cluster)).ShouldAllBe(j => Pruning.PruneJob.Read(j)!.Backups[0].Name == "old", "the storage is being read");
        await PageAsync(cluster, reader, 1, last: true);
        await ImportedAsync(cluster);
        await (await RetentionScene.PruneAsync(cluster, asked: "older")).EndsAsync();
        await cluster.GoneAsync<MySqlBackup>("older", "the older one");
    }

    [Fact]
    public async Task Each_schedule_makes_the_resources_of_its_own_and_adopts_what_is_nobodys_when_asked()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await ScheduleAsync(cluster, "weekly");
        await ScheduleAsync(cluster, "nightly", spec => spec.Catalog.Adopt = true);
        cluster.StartOperator();
        CatalogBackup[] stored = [Stored("id-w", 3, "w", "weekly"), Stored("id-n", 2, "n", "nightly"), Stored("id-x", 1, "x"), Stored("id-y", 1, "y", "another")];
        foreach (var name in new[] { "nightly", "weekly" })
        {
            var reader = await ReaderAsync(cluster, name);
            await PageAsync(cluster, reader, 1, last: true, stored);
            await ImportedAsync(cluster, name);
        }

        foreach (var (backup, schedule) in new[] { ("w", "weekly"), ("n", "nightly"), ("x", "nightly"), ("y", "another") })
        {
            (await cluster.BackupAsync(backup, _ => true, backup)).Metadata.Labels![ScheduleMetadata.Schedule].ShouldBe(schedule);
        }
    }

    [Fact]
    public async Task Who_writes_imported_by_hand_gets_neither_a_run_nor_a_backup()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var forged = Samples.Backup("forged");
        forged.Spec.Imported = new ImportedBackup { BackupId = "no-such", Path = "shop/db/no-such" };
        forged = await cluster.ApplyAsync(forged);
        await Should.ThrowAsync<KubernetesApiException>(
            () => cluster.PatchAsync<MySqlBackup>("forged", new JsonObject { ["spec"] = new JsonObject { ["imported"] = null } }), "it would become a run");

        // One that runs shows that the other one was looked at.
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup("real")));
        await sidecar.SucceedAsync();
        await cluster.BackupAsync("real", b => b.Status.Phase == BackupPhase.Completed, "Completed");
        (await cluster.BackupAsync("forged", _ => true, "it")).Status.Phase.ShouldBeNull();
        await ScheduleAsync(cluster, tune: spec => spec.ConcurrencyPolicy = Core.Scheduling.ConcurrencyPolicy.Forbid);
        await ImportAsync(cluster);
        (await cluster.BackupAsync("forged", _ => true, "it")).Status.Phase.ShouldBeNull();
        (await cluster.Client.ListAsync<V1Job>(Samples.Namespace, cancellationToken: Stop)).Items.ShouldAllBe(j => j.IsOwnedBy(forged) == false);

        var template = Samples.Schedule("bad");
        template.Spec.Template.Spec.Imported = forged.Spec.Imported;
        (await Should.ThrowAsync<KubernetesApiException>(() => cluster.ApplyAsync(template))).Message.ShouldContain("spec.catalog.import");
    }

    private static async Task JobMayOnlyTellAsync(ScriptedCluster cluster, FakeSidecar reader)
    {
        var role = (await cluster.Client.GetAsync<V1Role>(reader.JobName, Samples.Namespace, Stop))!;
        role.Rules!.ShouldAllBe(r => r.ApiGroups!.Single() == "mysqlbackup.io" && r.ResourceNames!.Single() == "nightly");
        role.Rules!.Select(r => $"{r.Resources!.Single()}: {string.Join(' ', r.Verbs!)}").ShouldBe(["mysqlbackupschedules: get", "mysqlbackupschedules/status: get patch"]);
        var pod = (await cluster.Client.GetAsync<V1Job>(reader.JobName, Samples.Namespace, Stop))!.Spec!.Template!.Spec!;
        pod.Volumes!.ShouldNotContain(v => v.PersistentVolumeClaim != null && v.PersistentVolumeClaim.ClaimName == "data-db-0");
        pod.Containers![0].VolumeMounts!.Single(m => m.MountPath == RunPaths.Storage).ReadOnly.ShouldBe(true);
    }

    private static async Task<IReadOnlyList<MySqlBackup>> BackupsAsync(ScriptedCluster cluster) =>
        (await cluster.Client.ListAsync<MySqlBackup>(Samples.Namespace, cancellationToken: Stop)).Items;
}
