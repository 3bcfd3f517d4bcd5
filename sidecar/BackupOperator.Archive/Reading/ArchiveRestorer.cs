using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Reading;

/// <summary>
/// Writes a backup's files into a folder. Every block is checked before it is written; blocks that an attempt before this
/// one has written are found by their hashes and not fetched again.
/// </summary>
public sealed class ArchiveRestorer(ArchiveReader archive, RestoreOptions options)
{
    private const int MostWorkers = 8;
    private const long Headroom = 64L << 20;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);
    private readonly TargetFolder _target = new(options.TargetDirectory);

    /// <summary>Looks whether the backup is whole and fits; writes nothing.</summary>
    /// <returns>What the manifest says.</returns>
    /// <exception cref="CorruptArchiveException">A pack is missing or shorter, or the manifest is not to be trusted.</exception>
    /// <exception cref="TargetFullException">There is not enough room.</exception>
    /// <exception cref="DataDirectoryException">The folder holds something else.</exception>
    public async Task<ArchiveSummary> CheckAsync(CancellationToken cancellationToken = default) => (await ExamineAsync(cancellationToken)).Summary;

    /// <summary>Restores everything; what is there when it returns is on the disk.</summary>
    public async Task<ArchiveSummary> RestoreAsync(IProgress<ArchiveProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var (summary, kinds) = await ExamineAsync(cancellationToken);
        await Task.Run(() => _target.Prepare(summary.ManifestDigest, kinds), cancellationToken);

        var workers = options.Concurrency ?? Math.Min(MostWorkers, Math.Max(archive.Store.Concurrency, Environment.ProcessorCount));
        var counters = new RestoreCounters();
        var fetcher = new BlockFetcher(archive, workers, (wanted, plain) => Write(wanted, plain, counters), counters.AddFetched);
        RestorePlan? plan = null;
        ArchiveSummary? read = null;
        using (var ticker = progress is null ? null : options.Time.CreateTimer(_ => progress.Report(counters.Progress(summary.Totals)), null, Tick, Tick))
        {
            await fetcher.RunAsync(
                async (send, token) =>
                {
                    plan = new RestorePlan(_target, options.SeedDirectory, counters, send);
                    read = await archive.ReadAsync(plan, token);
                    plan.Complete();
                },
                cancellationToken);
        }

        // What was written is what the manifest said the second time.
        archive.RequireDigest(read!, summary.ManifestDigest);
        await Task.Run(
            () =>
            {
                plan!.FinishDirectories();
                _target.Finish(summary.Header.Root);
            },
            cancellationToken);
        progress?.Report(counters.Progress(summary.Totals));
        return summary;
    }

    private async Task<(ArchiveSummary Summary, IReadOnlyDictionary<string, ManifestEntryKind> Kinds)> ExamineAsync(CancellationToken cancellationToken)
    {
        var kinds = new Kinds(_target.HasContent);
        var summary = await archive.ReadAsync(kinds, cancellationToken);
        archive.RequireDigest(summary, options.ManifestDigest);
        await archive.CheckPacksAsync(cancellationToken);
        _target.RequireOwn(summary.ManifestDigest);
        var available = _target.AvailableBytes();
        return available >= summary.Totals.DataBytes + Headroom
            ? (summary, kinds.ByPath)
            : throw new TargetFullException(
                $"Restoring to {_target.Path} needs {summary.Totals.DataBytes >> 20} MiB and {available >> 20} MiB are free. Enlarge the claim, or remove what is not needed.");
    }

    private static void Write(WantedBlock wanted, ReadOnlyMemory<byte> plain, RestoreCounters counters)
    {
        var file = wanted.File!;
        file.Write(wanted.Place.Index, plain);
        counters.AddBytes(plain.Length);
        counters.Finish(file);
    }

    // Needed only where something may have to go.
    private sealed class Kinds(bool isWanted) : ManifestVisitor
    {
        public Dictionary<string, ManifestEntryKind> ByPath { get; } = new(StringComparer.Ordinal);

        public override void Begin(ManifestEntry entry)
        {
            if (isWanted)
            {
                ByPath.Add(entry.Path, entry.Kind);
            }
        }
    }
}
