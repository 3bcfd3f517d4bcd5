using BackupOperator.Core.Backups;
using BackupOperator.Core.Naming;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

/// <summary>The operator dies at each of its changes, before and after the API has made it, and is started again.</summary>
public sealed class OperatorDeathTests
{
    /// <summary>More than any of these stories takes; the last ones show that the story ends without a death.</summary>
    private const int MostChanges = 28;

    public static TheoryData<bool, bool> Stories => new() { { true, true }, { true, false }, { false, true }, { false, false } };

    [Theory]
    [MemberData(nameof(Stories))]
    public async Task Whenever_it_dies_the_run_goes_on_and_nothing_is_done_twice(bool sidecarSurvives, bool changeIsMade)
    {
        var deaths = 0;
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        for (var lastChange = 1; lastChange <= MostChanges; lastChange++)
        {
            deaths += await TellAsync(cluster, $"run{lastChange}", lastChange, sidecarSurvives, changeIsMade) ? 1 : 0;
        }

        deaths.ShouldBeGreaterThan(12, "the story must have been cut at every change");
        deaths.ShouldBeLessThan(MostChanges, "the number of changes must reach beyond the end of the story");
    }

    /// <returns>Whether the operator died on the way.</returns>
    private static async Task<bool> TellAsync(ScriptedCluster cluster, string name, int lastChange, bool sidecarSurvives, bool changeIsMade)
    {
        DyingClient? dying = null;
        cluster.StartOperator(real => dying = new DyingClient(real, lastChange, changeIsMade));
        var restart = RestartAsync();
        var backup = await cluster.ApplyAsync(Samples.Backup(name));
        var sidecar = await cluster.SidecarAsync(backup);
        await sidecar.AtAsync(RunStep.Precopying);
        await sidecar.QuiesceAsync();
        if (sidecarSurvives)
        {
            await sidecar.ResumeAsync();
            await sidecar.SucceedAsync();
        }
        else
        {
            await sidecar.DieAsync();
        }

        var over = await cluster.BackupAsync(
            name, b => BackupPhases.StageOf(b.Status.Phase).IsOver() && b.Metadata.Finalizers is not { Count: > 0 }, $"the end of {name}");
        over.Status.Phase.ShouldBe(sidecarSurvives ? BackupPhase.Completed : BackupPhase.Failed, $"death at change {lastChange}");
        over.Status.Attempt.ShouldBe(1);
        over.Status.Failure?.Reason.ShouldBe(FailureReason.SidecarDied);
        await cluster.DatabaseRunsAsync();
        (await cluster.SetAsync()).Spec!.Replicas.ShouldBe(1);
        (await cluster.Client.GetAsync<V1Lease>(RunNames.Lease("db"), Samples.Namespace)).ShouldBeNull($"death at change {lastChange}");
        (await cluster.Client.GetAsync<V1RoleBinding>(sidecar.JobName, Samples.Namespace)).ShouldBeNull();
        var jobs = (await cluster.Client.ListAsync<V1Job>(Samples.Namespace)).Items.Where(j => j.IsOwnedBy(backup)).ToList();
        jobs.ShouldHaveSingleItem();

        // It is set when the resource is done with: a moment later, where the operator had to start for it.
        await Eventually.GetAsync(
            () => cluster.Client.GetAsync<V1Job>(sidecar.JobName, Samples.Namespace), job => job.Spec!.TtlSecondsAfterFinished is not null, $"a time to live of Job {sidecar.JobName}");

        var died = dying!.Died.IsCompleted;
        await cluster.StopOperatorAsync();
        if (died)
        {
            await restart;
        }

        return died;

        async Task RestartAsync()
        {
            while (dying is null)
            {
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }

            await dying.Died;
            await cluster.StopOperatorAsync();
            cluster.StartOperator();
        }
    }
}
