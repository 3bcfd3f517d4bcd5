using BackupOperator.Archive.Tests.Support;

namespace BackupOperator.Archive.Tests;

/// <summary>A restore is killed with SIGKILL, again and again, and the next one goes on.</summary>
public sealed class RestoreKillTests(RgwFixture rgw)
{
    [Theory]
    [InlineData("volume", 4, 5)]
    [InlineData("s3", 4, 6)]
    [InlineData("failing s3", 10, 8)]
    public async Task A_restore_that_is_killed_again_and_again_goes_on_where_it_was(string kind, int kills, int seed)
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
        for (var i = 0; i < kills; i++)
        {
            killed += await Kills.KillAsync(job, random, ChildRestorer.Verb) ? 1 : 0;
        }

        killed.ShouldBeGreaterThan(kills / 3);
        await ChildWriter.RunToEndAsync(ChildRestorer.Verb, job);
        DataDirectory.Describe(job.Target!).ShouldBe(DataDirectory.Describe(source));

        // Only what was on its way is fetched again.
        var fetched = File.ReadLines(job.Log).Sum(long.Parse);
        fetched.ShouldBeLessThan((6 * (15L << 20)) + (killed * 8 * (9L << 20)));
    }
}
