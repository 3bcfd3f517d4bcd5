using System.Text.Json.Nodes;
using BackupOperator.Core.Backups;
using BackupOperator.Kubernetes.Serialization;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

/// <summary>A second site was away, and all its copies are due at once.</summary>
public sealed class CopyQueueTests
{
    private const int Backups = 50;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_fifty_open_copies_a_few_are_tried_at_once_and_one_for_a_database()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await cluster.CreateClaimAsync("nfs");
        for (var i = 0; i < Backups; i++)
        {
            await OpenAsync(cluster, $"b{i}", $"db{i % 25}", due: DateTimeOffset.UtcNow.AddMinutes(-60 - i));
        }

        cluster.StartOperator();
        var most = cluster.Options.MaxConcurrentCopies;
        var seen = await Eventually.GetAsync(
            async () => (await JobsAsync(cluster)) is var jobs && jobs.Count >= most ? jobs : null, _ => true, "the first attempts");
        for (var look = 0; look < 20; look++)
        {
            seen = await JobsAsync(cluster);
            seen.Count.ShouldBe(most);
            await Task.Delay(100, Stop);
        }

        var owners = seen.Select(j => j.Metadata.OwnerReferences!.Single().Name!).Select(n => int.Parse(n[1..], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        owners.Select(i => i % 25).ShouldBeUnique("one for a database and a storage");
        owners.ShouldAllBe(i => i >= 25, "who waits the longest goes first");

        var job = seen[0];
        await (await FakeSidecar.StartAsync(cluster.Client, job, attempt: 1)).DieAsync();
        await Eventually.GetAsync(
            async () => (await JobsAsync(cluster)) is var jobs && jobs.Count == most && jobs.TrueForAll(j => j.Metadata.Name != job.Metadata.Name) ? jobs : null, _ => true, "the next one takes the turn");
    }

    private static async Task<List<V1Job>> JobsAsync(ScriptedCluster cluster) =>
        [.. (await cluster.Client.ListAsync<V1Job>(Samples.Namespace, cancellationToken: Stop)).Items.Where(j => j.Status?.Conditions?.Exists(c => c.Type is "Complete" or "Failed" && c.Status == "True") != true)];

    private static async Task OpenAsync(ScriptedCluster cluster, string name, string target, DateTimeOffset due)
    {
        var backup = Samples.Backup(name);
        backup.Spec.Target.StatefulSet = target;
        backup.Spec.Copies = [new StorageSpec { Volume = new VolumeStorageSpec { ClaimName = "nfs" } }];
        await cluster.ApplyAsync(backup);
        var status = KubernetesJson.ToNode(new MySqlBackupStatus
        {
            Phase = BackupPhase.Completed,
            StartTime = due,
            CompletionTime = due,
            Path = $"shop/{target}/{name}",
            BackupId = $"id-{name}",
            ManifestDigest = "sha256:00",
            Copies = [new CopyStatus { Location = "nfs:/x", Complete = false, Attempts = 7, Message = "does not answer", NextAttemptTime = due }],
            Conditions = [new V1Condition { Type = "CopiesComplete", Status = "False", Reason = "CopyFailed", Message = "does not answer", LastTransitionTime = due }],
            Target = new RecordedTarget { Replicas = 1, Ordinal = 0, Pod = $"{target}-0", Claim = $"data-{target}-0", StatefulSetUid = "u", User = new RecordedUser { Uid = 4711, Gid = 4711 } },
        });
        await cluster.Client.PatchAsync<MySqlBackup>(name, Samples.Namespace, KubernetesPatch.Merge(new JsonObject { ["status"] = status }), "status", Stop);
    }
}
