using BackupOperator.Core.Backups;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

/// <summary>Many runs at once.</summary>
public sealed class QueueTests
{
    private const int Targets = 50;
    private const int AtOnce = 5;

    [Fact]
    public async Task Fifty_backups_of_fifty_targets_run_five_at_a_time_the_oldest_first_and_an_emergency_before_them()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        cluster.Options = cluster.Options with { MaxConcurrentRuns = AtOnce };
        for (var i = 0; i < Targets; i++)
        {
            await CreateTargetAsync(cluster, $"db{i}");
            await cluster.ApplyAsync(BackupOf($"db{i}"));
        }

        cluster.StartOperator();
        var running = new Dictionary<string, FakeSidecar>(StringComparer.Ordinal);
        var order = new List<string>();
        await FillAsync();
        await CreateTargetAsync(cluster, "urgent");
        var urgent = BackupOf("urgent");
        urgent.Spec.Priority = RunPriority.Emergency;
        await cluster.ApplyAsync(urgent);
        await cluster.BackupAsync("urgent", b => b.Status.Phase == BackupPhase.Queued, "Queued");
        while (order.Count < Targets + 1 || running.Count > 0)
        {
            var (name, sidecar) = running.First();
            await sidecar.SucceedAsync();
            await cluster.BackupAsync(name, b => b.Status.Phase == BackupPhase.Completed, "Completed");
            running.Remove(name);
            await FillAsync();
        }

        // Each run that ends makes room for one: the order of starts is the queue's, but for the first five.
        order[AtOnce].ShouldBe("urgent");
        order.Count.ShouldBe(Targets + 1);
        var backups = (await cluster.Client.ListAsync<MySqlBackup>(Samples.Namespace)).Items.Where(b => b.Metadata.Name != "urgent").ToList();
        var created = backups.ToDictionary(b => b.Metadata.Name!, b => b.Metadata.CreationTimestamp!.Value);
        var starts = order.Where(n => n != "urgent").Skip(AtOnce).Select(n => created[n]).ToList();
        starts.ShouldBe(starts.Order());
        backups.ShouldAllBe(b => b.Status.Phase == BackupPhase.Completed);

        // Plays all new Jobs, until as many are open as may be.
        async Task FillAsync()
        {
            var open = Math.Min(AtOnce, Targets + 1 - order.Count + running.Count);
            await Eventually.GetAsync(
                async () =>
                {
                    foreach (var job in (await cluster.Client.ListAsync<V1Job>(Samples.Namespace)).Items.Where(IsOpen))
                    {
                        var run = job.Metadata.OwnerReferences!.Single().Name!;
                        if (!running.ContainsKey(run))
                        {
                            running.Add(run, await FakeSidecar.StartAsync(cluster.Client, job, attempt: 1));
                            order.Add(run);
                        }
                    }

                    running.Count.ShouldBeLessThanOrEqualTo(AtOnce);
                    return running.Count == open ? "full" : null;
                },
                _ => true,
                $"{open} runs at once");
        }
    }

    private static bool IsOpen(V1Job job) => job.Status?.Conditions?.Exists(c => c.Type is "Complete" or "Failed" && c.Status == "True") != true;

    private static MySqlBackup BackupOf(string target)
    {
        var backup = Samples.Backup(target);
        backup.Spec.Target.StatefulSet = target;
        return backup;
    }

    private static async Task CreateTargetAsync(ScriptedCluster cluster, string name)
    {
        var set = Samples.StatefulSet();
        set.Metadata.Uid = null;
        set.Metadata.Name = name;
        await cluster.CreateClaimAsync($"data-{name}-0");
        await cluster.Client.CreateAsync(set);
    }
}
