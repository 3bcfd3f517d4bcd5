namespace BackupOperator.EndToEnd.Tests.Stories;

/// <summary>The operator dies by SIGKILL in each phase, and is started again.</summary>
public sealed class OperatorKilledTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    [Fact]
    public async Task A_backup_and_a_restore_go_on_whatever_phase_the_operator_died_in()
    {
        var database = await cluster.StartDatabaseAsync();
        await database.FillAsync(megabytes: 60);
        var before = await database.ChecksumAsync();

        // Slow enough that an operator that was started again finds the run still in one of its phases.
        var storage = $"{await cluster.CreateBucketAsync(database)}\n  bandwidthLimit: 8Mi";
        var run = await cluster.BackUpAsync(database, "b", storage, "verification: {level: ReadBack}");
        var died = await KillInEachPhaseAsync(run.PhaseAsync, "Completed");
        var backup = await run.ReachesAsync("Completed");
        died.Count.ShouldBeGreaterThan(3, string.Join(", ", died));

        // One Job, one pod: nothing was done twice.
        backup.Status!.Attempt.ShouldBe(1);
        (await JobPodsAsync(database.Namespace)).ShouldBe(1);

        await database.ExecuteAsync("DROP TABLE app.noise");
        var restore = await cluster.RestoreAsync(database, "r", "backup: b");
        await KillInEachPhaseAsync(restore.PhaseAsync, "Completed");
        await restore.ReachesAsync("Completed");
        await database.AnswersAsync(TimeSpan.FromSeconds(30));
        (await database.ChecksumAsync()).ShouldBe(before);
        (await JobPodsAsync(database.Namespace)).ShouldBe(2);
    }

    /// <summary>Kills the operator each time that it has written another phase.</summary>
    private async Task<IReadOnlyList<string>> KillInEachPhaseAsync(Func<Task<string?>> phase, string last)
    {
        var died = new List<string>();
        await Eventually.HoldsAsync(
            $"phase {last}",
            async () =>
            {
                var now = await phase();
                if (now is null || now == last || died.Contains(now))
                {
                    return now == last;
                }

                died.Add(now);
                await cluster.Operator.KillAsync();
                cluster.Operator.Start();
                return false;
            },
            TimeSpan.FromSeconds(180),
            cluster.ExplainAsync);
        return died;
    }

    private async Task<int> JobPodsAsync(string @namespace) =>
        (await cluster.Client.ListAsync<V1Pod>(@namespace)).Items.Count(pod => pod.Metadata.OwnerReferences?.Any(owner => owner.Kind == "Job") == true);
}
