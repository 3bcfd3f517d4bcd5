using System.Text.Json.Nodes;
using BackupOperator.Catalogs;
using BackupOperator.Core.Catalogs;
using BackupOperator.Kubernetes.Serialization;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

/// <summary>A storage as an import finds it; the Job that reads it is played.</summary>
internal static class CatalogScene
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static Task<MySqlBackupSchedule> ScheduleAsync(ScriptedCluster cluster, string name = "nightly", Action<MySqlBackupScheduleSpec>? tune = null)
    {
        var schedule = Samples.Schedule(name);
        schedule.Spec.Catalog.Import = true;
        tune?.Invoke(schedule.Spec);
        return cluster.ApplyAsync(schedule);
    }

    /// <param name="id">The manifest's backupId; the folder is named after it.</param>
    public static CatalogBackup Stored(string id, int days, string? name = null, string? schedule = null, string? parent = null, bool encrypted = false)
    {
        // Whole seconds, as the API keeps times.
        var at = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.AddDays(-days).ToUnixTimeSeconds());
        return new CatalogBackup
        {
            Path = $"shop/db/{id}",
            Name = name,
            Schedule = schedule,
            Pod = "db-0",
            Claim = "data-db-0",
            Encrypted = encrypted,
            StartedAt = at.AddMinutes(-2),
            FinishedAt = at.AddMinutes(1),
            Result = new BackupResult
            {
                BackupId = id,
                Location = $"/storage/shop/db/{id}",
                Type = parent is null ? "Full" : "Incremental",
                ParentId = parent,
                ManifestDigest = $"sha256:{id}",
                LogicalBytes = 4 << 20,
                StoredBytes = 1 << 20,
                BlocksTotal = 4,
                BlocksReused = 1,
                Files = 9,
                ServerFlavour = "MariaDb",
                ServerVersion = "10.11.6",
                BinlogFile = "binlog.000007",
                BinlogPosition = 42,
                GtidExecuted = "0-1-7",
                ReadAt = at,
            },
        };
    }

    /// <summary>Waits for the Job of the schedule's session, and starts its first pod.</summary>
    public static async Task<FakeSidecar> ReaderAsync(ScriptedCluster cluster, string schedule = "nightly", long after = 0)
    {
        var job = await Eventually.GetAsync(
            async () => (await cluster.Client.ListAsync<V1Job>(Samples.Namespace, new ListQuery(CatalogJob.Label), Stop)).Items.FirstOrDefault(
                j => j.Metadata.DeletionTimestamp is null && RunOf(j) is { } run && run.Name == schedule && run.Catalog!.Session > after),
            _ => true,
            "the Job that reads the storage");
        return await FakeSidecar.StartAsync(cluster.Client, job, attempt: 1);
    }

    /// <summary>Writes a page as the Job does, once the operator has dealt with the one before.</summary>
    public static async Task PageAsync(ScriptedCluster cluster, FakeSidecar reader, int number, bool last, params CatalogBackup[] backups)
    {
        await cluster.ScheduleAsync(reader.Run.Name, s => (s.Status.Catalog?.Page ?? 0) == number - 1, $"the answer to page {number - 1}");
        await PutAsync(cluster, reader, new CatalogPage
        {
            Session = reader.Run.Catalog!.Session,
            Number = number,
            After = backups.LastOrDefault()?.Path ?? "",
            Last = last,
            Backups = backups,
        });
    }

    public static async Task PutAsync(ScriptedCluster cluster, FakeSidecar reader, CatalogPage page) => await cluster.Client.PatchAsync<MySqlBackupSchedule>(
        reader.Run.Name, Samples.Namespace,
        KubernetesPatch.Merge(new JsonObject { ["status"] = new JsonObject { ["catalogPage"] = KubernetesJson.ToNode(page) } }), "status", Stop);

    public static Task<MySqlBackupSchedule> ImportedAsync(ScriptedCluster cluster, string schedule = "nightly") =>
        cluster.ScheduleAsync(schedule, s => s.Status.Catalog?.Phase == CatalogPhase.Imported, "the end of the import");

    /// <summary>One page, and the end of the Job.</summary>
    public static async Task<MySqlBackupSchedule> ImportAsync(ScriptedCluster cluster, params CatalogBackup[] backups)
    {
        var reader = await ReaderAsync(cluster);
        await PageAsync(cluster, reader, 1, last: true, backups);
        var schedule = await ImportedAsync(cluster);
        await reader.EndsAsync();
        return schedule;
    }

    private static RunSpec? RunOf(V1Job job) =>
        job.Spec?.Template?.Spec?.Containers?[0].Env?.Find(e => e.Name == RunSpec.EnvironmentVariable)?.Value is { } text ? RunSpec.Parse(text) : null;
}
