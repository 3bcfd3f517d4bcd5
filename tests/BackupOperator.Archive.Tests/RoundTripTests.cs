using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests;

public sealed class RoundTripTests(RgwFixture rgw)
{
    [Theory]
    [InlineData("volume")]
    [InlineData("s3")]
    public async Task What_was_backed_up_comes_back(string kind)
    {
        using var temp = new TempFolder();
        var source = temp.Sub("source");
        var random = new Random(1);
        DataDirectory.Fill(source, random);
        await using var store = await OpenStoreAsync(kind, temp);
        ArchiveSummary summary;
        await using (var writer = await ArchiveWriter.OpenAsync(store, "ns/db/one", Options(source)))
        {
            await writer.RunPassAsync(databaseStopped: false);

            // The server went on writing after the first pass.
            File.AppendAllText(Path.Combine(source, "auto.cnf"), "changed");
            File.Delete(Path.Combine(source, "empty"));
            DataDirectory.Write(Path.Combine(source, "shop", "new.ibd"), DataDirectory.Noise(random, 3 << 20));
            await writer.RunPassAsync(databaseStopped: true);
            summary = await writer.FinishAsync(new ManifestFacts { ServerVersion = "9.7.0" });
        }

        var archive = await ArchiveReader.OpenAsync(store, "ns/db/one");
        (await new ArchiveVerifier(archive).VerifyAsync(VerificationLevel.ReadBack, summary.ManifestDigest)).Totals.ShouldBe(summary.Totals);
        var target = Path.Combine(temp.Path, "target");
        await new ArchiveRestorer(archive, new RestoreOptions { TargetDirectory = target, ManifestDigest = summary.ManifestDigest }).RestoreAsync();

        DataDirectory.Describe(target).ShouldBe(DataDirectory.Describe(source));
        archive.Header.Facts.ServerVersion.ShouldBe("9.7.0");
        var keys = new List<string>();
        await foreach (var item in store.ListAsync("ns/"))
        {
            keys.Add(item.Key);
        }

        keys.ShouldBe(["ns/db/one/manifest.json.zst", "ns/db/one/packs/00000.blocks.zst", "ns/db/one/packs/00000.pack"]);
    }

    private static ArchiveWriterOptions Options(string source) => new() { BackupId = "one", SourceDirectory = source };

    private async Task<IObjectStore> OpenStoreAsync(string kind, TempFolder temp) => kind == "s3"
        ? await rgw.OpenAsync(temp)
        : new VolumeObjectStore(temp.Sub("store"));
}
