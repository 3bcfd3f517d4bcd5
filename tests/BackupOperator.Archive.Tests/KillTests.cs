using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Tests.Support;

namespace BackupOperator.Archive.Tests;

/// <summary>A writer is killed with SIGKILL, again and again, and the next one goes on.</summary>
public sealed class KillTests(RgwFixture rgw)
{
    private const int PartSize = 5 << 20;

    [Theory]
    [InlineData("volume", 1, 1)]
    [InlineData("volume", 4, 2)]
    [InlineData("s3", 4, 4)]
    [InlineData("failing s3", 10, 7)]
    public async Task No_part_that_the_store_has_taken_is_sent_again_after_a_kill(string kind, int kills, int seed)
    {
        using var temp = new TempFolder();
        var random = new Random(seed);
        var source = temp.Sub("source");
        for (var i = 0; i < 6; i++)
        {
            DataDirectory.Write(Path.Combine(source, $"t{i}.ibd"), DataDirectory.Noise(random, 15 << 20));
        }

        var bucket = kind == "volume" ? null : await rgw.NewBucketAsync(temp);
        await using var proxy = Kills.FailingProxy(rgw, kind, seed);
        var job = new ChildJob
        {
            Source = source,
            Log = Path.Combine(temp.Path, "log"),
            IsImpatient = proxy is not null,
            Folder = kind == "volume" ? temp.Sub("store") : null,
            Endpoint = proxy?.Endpoint ?? bucket?.Endpoint,
            Bucket = bucket?.Bucket,
            Credentials = bucket?.CredentialsFolder,
            PartSize = PartSize,
            PackLimit = 32 << 20,
            PauseMilliseconds = 15,
        };
        var killed = 0;
        for (var i = 0; i < kills; i++)
        {
            killed += await Kills.KillAsync(job, random) ? 1 : 0;
        }

        killed.ShouldBeGreaterThan(0);
        await ChildWriter.RunToEndAsync(job);

        await using var store = ChildWriter.OpenStore(job);
        var archive = await ArchiveReader.OpenAsync(store, "ns/killed");
        var sent = File.ReadLines(job.Log).Sum(long.Parse);
        (sent - archive.StoredBytes).ShouldBeLessThanOrEqualTo(0, "parts were sent again that the store had");
        archive.StoredBytes.ShouldBeGreaterThanOrEqualTo(6 * (15L << 20));

        // What the last attempt tells is the sum over all attempts.
        long.Parse(await File.ReadAllTextAsync($"{job.Log}.uploaded")).ShouldBe(archive.StoredBytes);
        await new ArchiveVerifier(archive).VerifyAsync(VerificationLevel.ReadBack);
        var target = Path.Combine(temp.Path, "target");
        await new ArchiveRestorer(archive, new RestoreOptions { TargetDirectory = target }).RestoreAsync();
        DataDirectory.Describe(target).ShouldBe(DataDirectory.Describe(source));
        await ShouldHoldNoLeftoversAsync(store);
        (proxy is null || proxy.Requests.Any(request => request.Fault is not null)).ShouldBeTrue();
    }

    private static async Task ShouldHoldNoLeftoversAsync(IObjectStore store)
    {
        (await Backups.KeysAsync(store)).ShouldAllBe(key => key.EndsWith(".pack", StringComparison.Ordinal) || key.EndsWith(".blocks.zst", StringComparison.Ordinal) || key.EndsWith("/manifest.json.zst", StringComparison.Ordinal));
        await foreach (var upload in store.ListUploadsAsync(""))
        {
            Assert.Fail($"{upload.Key} is still being uploaded");
        }
    }
}
