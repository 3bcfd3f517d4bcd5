using System.Diagnostics;
using System.Globalization;
using BackupOperator.Api.Entities;
using BackupOperator.LocalCluster.ApiServer.Requests;
using BackupOperator.LocalCluster.Images;

namespace BackupOperator.EndToEnd.Tests.Stories;

/// <summary>The sidecar is the owner of the data directory and nobody else, whoever that is.</summary>
public sealed class DataOwnerTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private const string OddImage = "shop/database:1";
    private const int OddUser = 4711;

    [Theory]
    [InlineData(StandardImages.MariaDb, 999, 0)]
    [InlineData(OddImage, OddUser, 1)]
    public async Task A_backup_and_a_restore_run_as_the_user_that_owns_the_data(string image, int user, int replacedJobs)
    {
        AddOddImage();
        var database = await cluster.StartDatabaseAsync(image);
        await database.FillAsync(megabytes: 2);
        var before = await database.ChecksumAsync();
        var storage = await cluster.CreateBucketAsync(database);

        var run = await cluster.BackUpAsync(database, "b", storage);
        var backup = await run.ReachesAsync("Completed");
        backup.Status.Target!.User!.Uid.ShouldBe(user);
        backup.Status.Target.User.Because.ShouldNotBeNullOrEmpty();
        (backup.Status.Revisions?.Count ?? 0).ShouldBe(replacedJobs);
        var pods = (await cluster.Client.ListAsync<V1Pod>(database.Namespace)).Items.Where(p => p.Metadata.OwnerReferences?[0].Kind == "Job").ToList();
        pods.ShouldHaveSingleItem().Spec!.SecurityContext!.RunAsUser.ShouldBe(user);

        await database.ExecuteAsync("DROP TABLE app.noise", "UPDATE app.words SET word = 'lost'");
        await (await cluster.RestoreAsync(database, "r", "backup: b")).ReachesAsync("Completed");
        await database.AnswersAsync(TimeSpan.FromSeconds(30));
        (await database.ChecksumAsync()).ShouldBe(before);

        var owners = await OwnersAsync(database.Namespace);
        owners.ShouldBe([$"{user}:{user}"], "what came back belongs to the server");
    }

    [Fact]
    public async Task An_operator_that_dies_before_it_has_replaced_the_Job_replaces_it_once_when_it_is_back()
    {
        AddOddImage();
        var database = await cluster.StartDatabaseAsync(OddImage);
        await database.FillAsync(megabytes: 2);
        var storage = await cluster.CreateBucketAsync(database);
        RunHandle<MySqlBackup> run;
        using (var second = RequestHold.Begin(cluster, IsSecondJob))
        {
            run = await cluster.BackUpAsync(database, "b", storage);
            await second.ReachedAsync();
            await cluster.Operator.KillAsync();
        }

        cluster.Operator.Start();
        var backup = await run.ReachesAsync("Completed");
        backup.Status.Revisions.ShouldHaveSingleItem().Reason.ShouldBe("WrongUser");
        (await cluster.Client.ListAsync<V1Job>(database.Namespace)).Items.ShouldHaveSingleItem();
        var pods = (await cluster.Client.ListAsync<V1Pod>(database.Namespace)).Items.Where(p => p.Metadata.OwnerReferences?[0].Kind == "Job").ToList();
        pods.ShouldHaveSingleItem().Spec!.SecurityContext!.RunAsUser.ShouldBe(OddUser);

        bool IsSecondJob(RequestInfo request) => request is { Resource: "jobs", Verb: "create" } && request.Namespace == database.Namespace
            && cluster.Cluster.ApiServer.Peek("mysqlbackup.io/mysqlbackups", database.Namespace, "b")?["status"]?["revisions"] is not null;
    }

    private async Task<IReadOnlyList<string>> OwnersAsync(string @namespace)
    {
        var find = new ProcessStartInfo("find", [cluster.Cluster.ClaimFolder(@namespace, "data-db-0"), "-printf", "%U:%G\\n"]) { RedirectStandardOutput = true };
        using var process = Process.Start(find)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct()];
    }

    /// <summary>A server whose user has a number that nobody could guess.</summary>
    private void AddOddImage()
    {
        cluster.Cluster.Images.TryGet(StandardImages.MariaDb, out var image).ShouldBeTrue();
        var files = new Dictionary<string, string>(image!.Files);
        foreach (var file in (string[])["/etc/passwd", "/etc/group"])
        {
            var path = Path.Combine(cluster.Cluster.DataDirectory, "odd-" + Path.GetFileName(file));
            File.WriteAllText(path, File.ReadAllText(files[file]).Replace(":999:", $":{OddUser.ToString(CultureInfo.InvariantCulture)}:", StringComparison.Ordinal));
            files[file] = path;
        }

        cluster.Cluster.Images[OddImage] = image with { Files = files };
    }
}
