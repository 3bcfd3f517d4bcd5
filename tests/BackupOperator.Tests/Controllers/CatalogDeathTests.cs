using System.Text.Json.Nodes;
using BackupOperator.Catalogs;
using BackupOperator.Core.Backups;
using BackupOperator.Core.Catalogs;
using BackupOperator.Kubernetes.Serialization;
using BackupOperator.Tests.Scripted;
using static BackupOperator.Tests.Controllers.CatalogScene;

namespace BackupOperator.Tests.Controllers;

/// <summary>The operator dies at each change that it makes while it imports.</summary>
public sealed class CatalogDeathTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whenever_the_operator_dies_each_backup_has_one_resource_and_none_is_run(bool isMade)
    {
        const int MostChanges = 24;
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        var deaths = await Deaths.AtEachChangeAsync(
            cluster, MostChanges, isMade, change => ScheduleAsync(cluster, Name(change), spec => spec.Template.Spec.Storage.Volume!.Path = Name(change)), StoryAsync, CheckAsync, Stop);
        deaths.ShouldBeInRange(12, MostChanges - 1, "each change was cut, and the last ones show that the story ends");

        static string Name(int change) => $"s{change}";

        async Task StoryAsync(int change)
        {
            var name = Name(change);
            var reader = await ReaderAsync(cluster, name);
            await PageAsync(cluster, reader, 1, last: false, Stored($"id-{name}-1", 3, $"{name}-1"), Stored($"id-{name}-2", 2, $"{name}-2"));
            await PageAsync(cluster, reader, 2, last: true, Stored($"id-{name}-3", 1, $"{name}-3"));
            var done = await ImportedAsync(cluster, name);
            done.Status.Catalog!.ShouldSatisfyAllConditions(c => c.Found.ShouldBe(3), c => c.Imported.ShouldBe(3));
            await reader.EndsAsync();
            await cluster.ScheduleAsync(name, s => s.Status.Catalog?.Job is null, "the rights are taken away");
        }

        async Task CheckAsync(int change)
        {
            var name = Name(change);
            var backups = (await cluster.Client.ListAsync<MySqlBackup>(Samples.Namespace, cancellationToken: Stop)).Items;
            backups.Select(b => b.Metadata.Name!).Order(StringComparer.Ordinal).ToArray().ShouldBe([$"{name}-1", $"{name}-2", $"{name}-3"], customMessage: $"death at change {change}");
            backups.ShouldAllBe(b => b.Status.Phase == BackupPhase.Completed && b.Status.StartTime < DateTimeOffset.UtcNow.AddHours(-1));
            foreach (var backup in backups)
            {
                await cluster.Client.DeleteAsync<MySqlBackup>(backup.Metadata.Name!, Samples.Namespace, cancellationToken: Stop);
            }

            var jobs = (await cluster.Client.ListAsync<V1Job>(Samples.Namespace, cancellationToken: Stop)).Items;
            jobs.Count.ShouldBe(1, $"death at change {change}");
            await cluster.Client.DeleteAsync<MySqlBackupSchedule>(name, Samples.Namespace, cancellationToken: Stop);
            await cluster.Client.DeleteAsync<V1Job>(jobs[0].Metadata.Name!, Samples.Namespace, cancellationToken: Stop);
        }
    }

    [Fact]
    public async Task What_a_dead_operator_left_without_a_status_goes_where_its_backup_is_gone()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        var schedule = await ScheduleAsync(cluster);
        await cluster.ApplyAsync(ImportedBackups.Build(schedule, Stored("id-gone", 2), "gone"));
        await cluster.ApplyAsync(ImportedBackups.Build(schedule, Stored("id-there", 1), "there"));
        cluster.StartOperator();
        await ImportAsync(cluster, Stored("id-there", 1, "there"));
        await cluster.BackupAsync("there", b => b.Status.Phase == BackupPhase.Completed, "the other one");
        (await RetentionScene.NamesAsync(cluster)).ShouldBe(["there"]);
        (await cluster.ScheduleAsync("nightly", _ => true, "it")).Status.Catalog!.Phase.ShouldBe(CatalogPhase.Imported);
    }

    [Fact]
    public async Task What_another_import_fills_at_the_last_moment_stays()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        var (schedule, stored) = (await ScheduleAsync(cluster), Stored("id-there", 1));
        var empty = await cluster.ApplyAsync(ImportedBackups.Build(schedule, stored, "there"));
        var client = new BusyClient(cluster.Client, () => cluster.Client.PatchAsync<MySqlBackup>(
            "there", Samples.Namespace,
            KubernetesPatch.Merge(new JsonObject { ["status"] = KubernetesJson.ToNode(ImportedBackups.Describe(empty, stored, DateTimeOffset.UtcNow)) }), "status", Stop));

        await new CatalogPageTaker(client, () => [], () => [], TimeProvider.System).RemoveUnfilledAsync(schedule, Stop);

        (await RetentionScene.NamesAsync(cluster)).ShouldBe(["there"]);
    }
}
