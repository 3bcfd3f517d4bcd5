using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests;

/// <summary>Random data directories, changed at random between passes and attempts that die: what comes back is what was there last.</summary>
public sealed class PropertyTests
{
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task What_comes_back_is_what_the_stopped_database_had(int seed)
    {
        using var temp = new TempFolder();
        var random = new Random(seed);
        var source = temp.Sub("source");
        var store = new VolumeObjectStore(temp.Sub("store"), 1 << 20);
        var options = Backups.Options(source) with
        {
            PackLimit = random.Next(1, 8) << 20,
            Workers = random.Next(1, 5),
            CompressionLevel = random.Next(4) == 0 ? null : random.Next(1, 4),
        };
        for (var i = 0; i < 12; i++)
        {
            Change(source, random);
        }

        for (var attempt = 0; attempt < 3; attempt++)
        {
            var dying = new DyingStore(store, random.Next(3, 30), random.Next(2) == 0);
            var error = await Record.ExceptionAsync(async () =>
            {
                await using var writer = await ArchiveWriter.OpenAsync(dying, Backups.Path, options);
                for (var pass = 0; pass < 3; pass++)
                {
                    await writer.RunPassAsync(databaseStopped: random.Next(3) == 0);
                    Change(source, random);
                }
            });
            (error is null or StorageException).ShouldBeTrue($"{error}");
        }

        ArchiveSummary summary;
        await using (var writer = await ArchiveWriter.OpenAsync(store, Backups.Path, options))
        {
            await writer.RunPassAsync(databaseStopped: false);
            Change(source, random);
            await writer.RunPassAsync(databaseStopped: true);
            summary = await writer.FinishAsync(new ManifestFacts());
        }

        await Backups.VerifyAsync(store, VerificationLevel.ReadBack, summary.ManifestDigest);
        var target = Path.Combine(temp.Path, ".mysqlbackup-target");
        await RestoreInPiecesAsync(temp, target, random);
        DataDirectory.Describe(target).ShouldBe(DataDirectory.Describe(source));
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(100, 16)];

    // Interrupted at random, as often as it takes.
    private static async Task RestoreInPiecesAsync(TempFolder temp, string target, Random random)
    {
        for (var attempt = 0; attempt < 3; attempt++)
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(1, 60)));
            try
            {
                var archive = await ArchiveReader.OpenAsync(new VolumeObjectStore(temp.Sub("store")), Backups.Path);
                await new ArchiveRestorer(archive, new RestoreOptions { TargetDirectory = target }).RestoreAsync(null, stop.Token);
            }
            catch (OperationCanceledException)
            {
            }
        }

        await Backups.RestoreAsync(new VolumeObjectStore(temp.Sub("store")), target);
    }

    private static void Change(string folder, Random random)
    {
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var directory = random.Next(3) == 0 ? folder : Path.Combine(folder, $"db{random.Next(4)}");
            var path = Path.Combine(directory, $"t{random.Next(8)}.ibd");
            switch (random.Next(8))
            {
                case 0 when File.Exists(path):
                    File.Delete(path);
                    break;
                case 1 when directory != folder && Directory.Exists(directory):
                    Directory.Delete(directory, recursive: true);
                    break;
                case 2 when File.Exists(path):
                    using (var file = File.OpenHandle(path, access: FileAccess.Write))
                    {
                        RandomAccess.Write(file, DataDirectory.Noise(random, random.Next(1, 3000)), random.Next(0, 3 << 20));
                    }

                    break;
                case 3 when File.Exists(path):
                    using (var file = File.OpenHandle(path, access: FileAccess.Write))
                    {
                        RandomAccess.SetLength(file, random.Next(0, 6 << 20));
                    }

                    break;
                case 4 when File.Exists(path):
                    File.SetUnixFileMode(path, UnixFileMode.UserRead | (UnixFileMode)random.Next(0, 0x100));
                    break;
                default:
                    Directory.CreateDirectory(directory);
                    DataDirectory.Write(path, Content(random));
                    break;
            }
        }
    }

    private static byte[] Content(Random random)
    {
        var size = random.Next(4) switch
        {
            0 => 0,
            1 => random.Next(1, 100),
            2 => (1 << 20) * random.Next(1, 3),
            _ => random.Next(1, 5 << 20),
        };
        return random.Next(4) switch
        {
            0 => new byte[size],
            1 => DataDirectory.Noise(random, size),
            2 => DataDirectory.Pages(random, size),
            _ => DataDirectory.Compressible(random, size),
        };
    }
}
