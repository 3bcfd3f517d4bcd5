using BackupOperator.Tests.Scripted;
using static BackupOperator.Tests.Controllers.RetentionScene;

namespace BackupOperator.Tests.Controllers;

/// <summary>The operator dies at each change that it makes while it acts on a retention.</summary>
public sealed class RetentionDeathTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whenever_the_operator_dies_the_data_goes_before_the_resource_and_nothing_else_goes(bool isMade)
    {
        const int MostChanges = 12;
        var deaths = 0;
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await ScheduleAsync(cluster, new ScheduleRetention { KeepLast = 1 });
        await GoodAsync(cluster, "kept", days: 1);
        for (var change = 1; change <= MostChanges; change++)
        {
            var name = $"old{change}";
            await GoodAsync(cluster, name, days: 100 + change);
            DyingClient? dying = null;
            cluster.StartOperator(real => dying = new DyingClient(real, change, isMade));
            var story = StoryAsync(name);
            while (dying is null)
            {
                await Task.Delay(5, Stop);
            }

            if (await Task.WhenAny(story, dying.Died) != story)
            {
                deaths++;
                await cluster.StopOperatorAsync();
                cluster.StartOperator();
            }

            await story;
            await cluster.StopOperatorAsync();
            (await NamesAsync(cluster)).ShouldBe(["kept"], $"death at change {change}");
        }

        deaths.ShouldBeInRange(5, MostChanges - 1, "each change was cut, and the last ones show that the story ends");

        async Task StoryAsync(string name)
        {
            var sidecar = await PruneAsync(cluster, asked: name);
            sidecar.Run.Prune!.Backups.ShouldHaveSingleItem();
            (await cluster.Client.GetAsync<MySqlBackup>(name, Samples.Namespace, Stop)).ShouldNotBeNull("data first");
            await sidecar.EndsAsync();
            await cluster.GoneAsync<MySqlBackup>(name, name);
        }
    }
}
