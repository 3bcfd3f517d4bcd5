using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests.Support;

/// <summary>Whole backups and restores in one call.</summary>
internal static class Backups
{
    public const string Path = "ns/db/one";

    public static ArchiveWriterOptions Options(string source, string id = "one") => new() { BackupId = id, SourceDirectory = source };

    public static Task<ArchiveSummary> WriteAsync(IObjectStore store, string source) => WriteAsync(store, Options(source));

    public static async Task<ArchiveSummary> WriteAsync(IObjectStore store, ArchiveWriterOptions options)
    {
        await using var writer = await ArchiveWriter.OpenAsync(store, Path, options);
        await writer.RunPassAsync(databaseStopped: true);
        return await writer.FinishAsync(new ManifestFacts { ServerVersion = "9.7.0" });
    }

    public static async Task<ArchiveSummary> RestoreAsync(IObjectStore store, string target, string? digest = null, IProgress<ArchiveProgress>? progress = null) =>
        await new ArchiveRestorer(await ArchiveReader.OpenAsync(store, Path), new RestoreOptions { TargetDirectory = target, ManifestDigest = digest }).RestoreAsync(progress);

    public static async Task<ArchiveSummary> VerifyAsync(IObjectStore store, VerificationLevel level = VerificationLevel.ReadBack, string? digest = null) =>
        await new ArchiveVerifier(await ArchiveReader.OpenAsync(store, Path)).VerifyAsync(level, digest);

    public static async Task<List<string>> KeysAsync(IObjectStore store)
    {
        var keys = new List<string>();
        await foreach (var item in store.ListAsync(""))
        {
            keys.Add(item.Key);
        }

        return keys;
    }
}
