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
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await ScheduleAsync(cluster, new ScheduleRetention { KeepLast = 1 });
        await GoodAsync(cluster, "kept", days: 1);
        var deaths = await Deaths.AtEachChangeAsync(
            cluster, MostChanges, isMade, change => GoodAsync(cluster, Name(change), days: 100 + change), StoryAsync, CheckAsync, Stop);
        deaths.ShouldBeInRange(5, MostChanges - 1, "each change was cut, and the last ones show that the story ends");

        static string Name(int change) => $"old{change}";

        async Task CheckAsync(int change) => (await NamesAsync(cluster)).ShouldBe(["kept"], $"death at change {change}");

        async Task StoryAsync(int change)
        {
            var name = Name(change);
            var sidecar = await PruneAsync(cluster, asked: name);
            sidecar.Run.Prune!.Backups.ShouldHaveSingleItem();
            (await cluster.Client.GetAsync<MySqlBackup>(name, Samples.Namespace, Stop)).ShouldNotBeNull("data first");
            await sidecar.EndsAsync();
            await cluster.GoneAsync<MySqlBackup>(name, name);
        }
    }
}
