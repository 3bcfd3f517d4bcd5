using BackupOperator.LocalCluster.Images;

namespace BackupOperator.EndToEnd.Tests.Stories;

/// <summary>A pod that cannot start ends its run in <c>timeouts.preparing</c>, in the words of who keeps it from starting.</summary>
public sealed class PlacementTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    [Fact]
    public async Task What_keeps_the_pod_from_starting_is_told_and_the_database_never_notices()
    {
        var database = await cluster.StartDatabaseAsync(StandardImages.MariaDb);
        var before = (await database.PodAsync())!.Metadata.Uid;

        await FailsAsync(database, "unscheduled", "nodeSelector: {disk: none-has-it}", "Unschedulable", "it must run on node");
        await FailsAsync(database, "unpulled", "image: nowhere.example.org/sidecar:1", "ImagePull");
        await FailsAsync(database, "unconfigured", "env: [{name: X, valueFrom: {secretKeyRef: {name: not-there, key: k}}}]", "CreateContainerConfigError", "not-there");

        (await database.PodAsync())!.Metadata.Uid.ShouldBe(before);
        (await database.StatefulSetAsync()).Spec!.Replicas.ShouldBe(1);
    }

    private async Task FailsAsync(TestDatabase database, string name, string job, params string[] words)
    {
        var run = await cluster.BackUpAsync(database, name, Manifests.VolumeStorage, $"timeouts: {{preparing: 8s}}\njob: {{{job}}}");
        var failure = (await run.ReachesAsync("Failed")).Status.Failure!;
        failure.Reason.ShouldBe("PreparingTimeout");
        foreach (var word in words)
        {
            failure.Message.ShouldNotBeNull().ShouldContain(word);
        }

        (await cluster.JobPodAsync(database.Namespace)).ShouldBeNull();
    }
}
