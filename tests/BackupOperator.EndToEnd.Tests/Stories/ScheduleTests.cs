using System.Text.Json.Nodes;
using BackupOperator.Api.Entities;

namespace BackupOperator.EndToEnd.Tests.Stories;

/// <summary>A full backup a week and the changes each day, as two schedules of one database, and back after both are deleted.</summary>
public sealed class ScheduleTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    [Fact]
    public async Task Two_schedules_share_a_database_and_their_backups_outlive_them()
    {
        var database = await cluster.StartDatabaseAsync();
        await database.FillAsync(megabytes: 10);
        await cluster.Cluster.ApplyAsync(Manifests.Schedule(database.Namespace, "weekly", Manifests.VolumeStorage, "Full", immediate: true));
        var weekly = await UntilAsync(database, "weekly", s => s.Status.LastSuccessfulTime is not null);
        weekly.Status.Storage!.Backups.ShouldBe(1);
        var full = await new RunHandle<MySqlBackup>(cluster, database.Namespace, weekly.Status.FirstBackup!).GetAsync();

        await database.ExecuteAsync("UPDATE app.words SET word = CONCAT(word, '!')");
        var changed = await database.ChecksumAsync();
        await cluster.Cluster.ApplyAsync(Manifests.Schedule(database.Namespace, "daily", Manifests.VolumeStorage, "Incremental", immediate: false));
        await cluster.Operator.KillAsync();
        await cluster.Client.PatchAsync<MySqlBackupSchedule>(
            "daily", database.Namespace,
            KubernetesPatch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [ScheduleMetadata.Trigger] = "now" } } }));
        cluster.Operator.Start();
        var daily = await UntilAsync(database, "daily", s => s.Status.LastSuccessfulTime is not null);
        var incremental = await new RunHandle<MySqlBackup>(cluster, database.Namespace, daily.Status.Triggers!.Single().Backup!).GetAsync();
        incremental.Status.Type.ShouldBe(BackupType.Incremental);
        incremental.Status.Parent.ShouldBe(full.Status.BackupId);

        foreach (var schedule in new[] { "weekly", "daily" })
        {
            await cluster.Client.DeleteAsync<MySqlBackupSchedule>(schedule, database.Namespace);
        }

        await database.ExecuteAsync("DROP TABLE app.words");
        await (await cluster.RestoreAsync(database, "back", $"backup: {incremental.Metadata.Name}")).ReachesAsync("Completed");
        (await database.ChecksumAsync()).ShouldBe(changed);
    }

    private Task<MySqlBackupSchedule> UntilAsync(TestDatabase database, string name, Func<MySqlBackupSchedule, bool> holds) => Eventually.ObtainAsync(
        $"schedule {name}",
        async () => await cluster.Client.GetAsync<MySqlBackupSchedule>(name, database.Namespace) is { } schedule && holds(schedule) ? schedule : null,
        TimeSpan.FromSeconds(180),
        cluster.ExplainAsync);
}
