using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Serialization;
using BackupOperator.Pruning;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

/// <summary>Backups as a retention finds them, and the Job that it makes.</summary>
internal static class RetentionScene
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<MySqlBackup> GoodAsync(
        ScriptedCluster cluster, string name, int days, string? schedule = "nightly", string? parent = null, Action<MySqlBackup>? tune = null)
    {
        var backup = Samples.Backup(name);
        backup.Metadata.Labels = schedule is null ? null : new Dictionary<string, string> { [ScheduleMetadata.Schedule] = schedule };
        backup.Spec.Type = parent is null ? BackupType.Full : BackupType.Incremental;
        tune?.Invoke(backup);
        await cluster.ApplyAsync(backup);
        var at = DateTimeOffset.UtcNow.AddDays(-days);
        var status = KubernetesJson.ToNode(new MySqlBackupStatus
        {
            Phase = Core.Backups.BackupPhase.Completed,
            StartTime = at,
            CompletionTime = at,
            Path = $"shop/db/{name}",
            Location = $"backups:/shop/db/{name}",
            BackupId = $"id-{name}",
            ManifestDigest = $"sha256:{name}",
            Parent = parent is null ? null : $"id-{parent}",
            Target = new RecordedTarget { Replicas = 1, Ordinal = 0, Pod = "db-0", Claim = "data-db-0", StatefulSetUid = "u", User = new RecordedUser { Uid = 4711, Gid = 4711 } },
        });
        return await cluster.Client.PatchAsync<MySqlBackup>(name, Samples.Namespace, KubernetesPatch.Merge(new JsonObject { ["status"] = status }), "status", Stop);
    }

    public static async Task MarkAsync(ScriptedCluster cluster, MySqlBackup backup) => await cluster.Client.PatchAsync<MySqlBackup>(
        backup.Metadata.Name!, Samples.Namespace,
        KubernetesPatch.Merge(new JsonObject { ["status"] = new JsonObject { ["pruning"] = new JsonObject { ["because"] = "test" } } }), "status", Stop);

    public static Task<MySqlBackupSchedule> ScheduleAsync(ScriptedCluster cluster, ScheduleRetention retention)
    {
        var schedule = Samples.Schedule();
        schedule.Spec.Retention = retention;
        return cluster.ApplyAsync(schedule);
    }

    public static async Task<List<V1Job>> PruneJobsAsync(ScriptedCluster cluster) =>
        [.. (await cluster.Client.ListAsync<V1Job>(Samples.Namespace, new ListQuery(PruneJob.Label), Stop)).Items];

    /// <summary>Waits for a Job that is not over and asks for the right backups, and plays its first pod.</summary>
    public static async Task<FakeSidecar> PruneAsync(ScriptedCluster cluster, string? asked = null, string? except = null)
    {
        var job = await Eventually.GetAsync(
            async () => (await PruneJobsAsync(cluster)).FirstOrDefault(j => j.Status?.Conditions is not { Count: > 0 } && j.Metadata.DeletionTimestamp is null
                && PruneJob.Read(j)!.Backups.All(b => (asked is null || b.Name == asked) && b.Name != except)),
            _ => true,
            "the Job that deletes");
        await Eventually.GetAsync(async () => await cluster.Client.GetAsync<V1Pod>($"{job.Metadata.Name}-1", Samples.Namespace, Stop) is null ? "free" : null, _ => true, "the old pod is gone");
        return await FakeSidecar.StartAsync(cluster.Client, job, attempt: 1);
    }

    public static async Task<IReadOnlyList<string>> NamesAsync(ScriptedCluster cluster) =>
        [.. (await cluster.Client.ListAsync<MySqlBackup>(Samples.Namespace, cancellationToken: Stop)).Items.Select(b => b.Metadata.Name!).Order(StringComparer.Ordinal)];
}
