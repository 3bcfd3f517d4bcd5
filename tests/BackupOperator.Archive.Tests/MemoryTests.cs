using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Tests.Support;

namespace BackupOperator.Archive.Tests;

public sealed class MemoryTests
{
    private const long Bound = 150L << 20;

    [Fact]
    public async Task A_large_sparse_data_directory_takes_little_memory_and_little_time()
    {
        using var temp = new TempFolder();
        var source = temp.Sub("source");
        var random = new Random(1);
        for (var i = 0; i < 3; i++)
        {
            using var file = File.OpenHandle(Path.Combine(source, $"sparse{i}.ibd"), FileMode.CreateNew, FileAccess.Write);
            RandomAccess.SetLength(file, 10L << 30);
            for (var island = 0; island < 12; island++)
            {
                RandomAccess.Write(file, DataDirectory.Noise(random, 4 << 20), random.NextInt64(10L << 30) - (4 << 20) is > 0 and var at ? at : 0);
            }
        }

        Directory.CreateDirectory(Path.Combine(source, "many"));
        for (var i = 0; i < 2000; i++)
        {
            DataDirectory.Write(Path.Combine(source, "many", $"t{i}.ibd"), DataDirectory.Noise(random, 20_000));
        }

        var job = new ChildJob { Source = source, Log = Path.Combine(temp.Path, "log"), Folder = temp.Sub("store"), PartSize = 16 << 20 };
        (await ChildWriter.RunToEndAsync(job)).ShouldBeLessThan(Bound);

        var archive = await ArchiveReader.OpenAsync(new VolumeObjectStore(job.Folder), "ns/killed");
        archive.Header.Totals.LogicalBytes.ShouldBeGreaterThan(30L << 30);
        archive.Header.Totals.DataBytes.ShouldBeLessThan(400L << 20);
        await new ArchiveVerifier(archive).VerifyAsync(VerificationLevel.ReadBack);
        var target = Path.Combine(temp.Path, "target");
        await new ArchiveRestorer(archive, new RestoreOptions { TargetDirectory = target }).RestoreAsync();
        foreach (var name in new[] { "sparse0.ibd", "sparse1.ibd", "sparse2.ibd" })
        {
            DataDirectory.Stat(Path.Combine(target, name)).Size.ShouldBe(10L << 30);
            DataDirectory.Stat(Path.Combine(target, name)).AllocatedBytes.ShouldBeLessThan(200L << 20);
        }

        await new ArchiveVerifier(archive).VerifyAsync(VerificationLevel.Upload);
    }

    // 100,000 in make fuzz.
    private static int Many => Math.Min(100_000, Amount.Of(40_000));

    [Fact]
    public async Task Within_a_small_container_huge_holes_take_no_more_memory_than_ordinary_data_and_many_files_little_more()
    {
        using var temp = new TempFolder();
        var random = new Random(2);
        var ordinary = temp.Sub("ordinary");
        DataDirectory.Write(Path.Combine(ordinary, "ibdata1"), DataDirectory.Compressible(random, 200 << 20));
        var sparse = temp.Sub("sparse");
        using (var file = File.OpenHandle(Path.Combine(sparse, "ibdata1"), FileMode.CreateNew, FileAccess.Write))
        {
            // One file, larger than 10,000 parts of the largest size that is usual.
            RandomAccess.SetLength(file, 300L << 30);
            for (var island = 0L; island < 20; island++)
            {
                RandomAccess.Write(file, DataDirectory.Compressible(random, 4 << 20), island * (15L << 30));
            }
        }

        var many = temp.Sub("many");
        WriteMany(many);
        DataDirectory.Write(Path.Combine(many, "ibdata1"), DataDirectory.Compressible(random, 200 << 20));
        using var limit = MemoryLimit.TryCreate(256 << 20);
        var usual = await MeasureAsync(temp, ordinary, limit);
        usual.ShouldBeLessThan(Bound);
        var ofHoles = await MeasureAsync(temp, sparse, limit);
        var ofMany = await MeasureAsync(temp, many, limit);
        TestContext.Current.SendDiagnosticMessage(
            $"ordinary {usual >> 20} MiB, huge holes {ofHoles >> 20} MiB, {Many} files {ofMany >> 20} MiB; limit reached {limit?.Reached} times");
        ofHoles.ShouldBeInRange(usual * 8 / 10, usual * 12 / 10);

        // Of each file a pass, the one before it and the list of what is there know some 250 bytes together; the rest is
        // garbage that is not collected yet.
        ofMany.ShouldBeInRange(usual * 8 / 10, (usual * 13 / 10) + (Many * 400L));
        (await ArchiveReader.OpenAsync(new VolumeObjectStore(temp.Sub("many-store")), "ns/killed")).Header.Totals.Files.ShouldBe(Many + 1);
        Assert.SkipWhen(limit is null, "Making a control group needs a right that is not there.");
        limit.Kills.ShouldBe(0);
        limit.Reached.ShouldBe(0);
    }

    private static void WriteMany(string folder)
    {
        for (var i = 0; i < Many; i++)
        {
            var database = Path.Combine(folder, $"shop{i / 1000}");
            Directory.CreateDirectory(database);
            File.WriteAllText(Path.Combine(database, $"customer_orders_{i}.ibd"), $"{i}");
        }
    }

    private static Task<long> MeasureAsync(TempFolder temp, string source, MemoryLimit? limit) => ChildWriter.RunToEndAsync(
        new ChildJob
        {
            Source = source,
            Log = $"{source}.log",
            Folder = temp.Sub($"{Path.GetFileName(source)}-store"),
            PartSize = 16 << 20,
        },
        limit);
}
