using System.Diagnostics;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.TestSupport.Faults;

namespace BackupOperator.Archive.Tests;

/// <summary>A writer is killed with SIGKILL, again and again, and the next one goes on.</summary>
public sealed class KillTests(RgwFixture rgw)
{
    private const int PartSize = 5 << 20;

    private static readonly Fault[] Faults =
    [
        new Fault.Answer(500, "InternalError"),
        new Fault.Answer(503, "SlowDown", RetryAfter: "0"),
        new Fault.ResetRequest(),
        new Fault.ResetRequest(AfterBytes: 200_000),
        new Fault.LoseAnswer(),
        new Fault.CutAnswer(AfterBytes: 1000),
        new Fault.Slow(TimeSpan.FromMilliseconds(100)),
    ];

    [Theory]
    [InlineData("volume", 1, 1)]
    [InlineData("volume", 10, 2)]
    [InlineData("s3", 1, 3)]
    [InlineData("s3", 10, 4)]
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
        await using var proxy = FailingProxy(kind, seed);
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
            killed += await KillAsync(job, random) ? 1 : 0;
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

    [Theory]
    [InlineData("volume", 5)]
    [InlineData("s3", 6)]
    [InlineData("failing s3", 8)]
    public async Task A_restore_that_is_killed_ten_times_goes_on_where_it_was(string kind, int seed)
    {
        using var temp = new TempFolder();
        var random = new Random(seed);
        var source = temp.Sub("source");
        for (var i = 0; i < 6; i++)
        {
            DataDirectory.Write(Path.Combine(source, $"t{i}.ibd"), DataDirectory.Noise(random, 15 << 20));
        }

        var bucket = kind == "volume" ? null : await rgw.NewBucketAsync(temp);
        await using var proxy = FailingProxy(kind, seed);
        var job = new ChildJob
        {
            Source = source,
            IsImpatient = proxy is not null,
            Target = Path.Combine(temp.Path, "target"),
            Log = Path.Combine(temp.Path, "written"),
            Folder = kind == "volume" ? temp.Sub("store") : null,
            Endpoint = proxy?.Endpoint ?? bucket?.Endpoint,
            Bucket = bucket?.Bucket,
            Credentials = bucket?.CredentialsFolder,
        };
        await ChildWriter.RunToEndAsync(job);
        job = job with { Log = Path.Combine(temp.Path, "fetched"), PauseMilliseconds = 60 };
        var killed = 0;
        for (var i = 0; i < 10; i++)
        {
            killed += await KillAsync(job, random, ChildRestorer.Verb) ? 1 : 0;
        }

        killed.ShouldBeGreaterThan(3);
        await ChildWriter.RunToEndAsync(ChildRestorer.Verb, job);
        DataDirectory.Describe(job.Target!).ShouldBe(DataDirectory.Describe(source));

        // Only what was on its way is fetched again.
        var fetched = File.ReadLines(job.Log).Sum(long.Parse);
        fetched.ShouldBeLessThan((6 * (15L << 20)) + (killed * 8 * (9L << 20)));
    }

    // One request in twenty goes wrong.
    private FaultProxy? FailingProxy(string kind, int seed)
    {
        if (kind != "failing s3")
        {
            return null;
        }

        var proxy = FaultProxy.Start(rgw.Rgw.Port);
        proxy.Rule = FaultRules.Share(0.05, new Random(seed), Faults);
        return proxy;
    }

    // Kills it a random while after the first part of this attempt; false when it was faster.
    private static async Task<bool> KillAsync(ChildJob job, Random random, string verb = ChildWriter.Verb)
    {
        var before = Parts(job);
        using var child = ChildWriter.Start(verb, job);
        var since = Stopwatch.GetTimestamp();
        while (!child.HasExited && Parts(job) == before && Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(60))
        {
            await Task.Delay(5);
        }

        await Task.Delay(random.Next(0, 60));
        if (child.HasExited)
        {
            return false;
        }

        child.Kill();
        await child.WaitForExitAsync();
        return true;
    }

    private static int Parts(ChildJob job) => File.Exists(job.Log) ? File.ReadLines(job.Log).Count() : 0;

    private static async Task ShouldHoldNoLeftoversAsync(IObjectStore store)
    {
        (await Backups.KeysAsync(store)).ShouldAllBe(key => key.EndsWith(".pack", StringComparison.Ordinal) || key.EndsWith(".blocks.zst", StringComparison.Ordinal) || key.EndsWith("/manifest.json.zst", StringComparison.Ordinal));
        await foreach (var upload in store.ListUploadsAsync(""))
        {
            Assert.Fail($"{upload.Key} is still being uploaded");
        }
    }
}
