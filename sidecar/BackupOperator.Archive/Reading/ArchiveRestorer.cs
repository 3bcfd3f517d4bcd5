using System.Threading.Channels;
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
    internal const int LargestRequest = 8 << 20;
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
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var jobs = Channel.CreateBounded<FetchJob>(workers);
        var counters = new RestoreCounters();
        var plan = new RestorePlan(_target, counters, job => Send(jobs.Writer, job, stop.Token));
        var planning = Task.Run(() => PlanAsync(plan, jobs.Writer, stop.Token), CancellationToken.None);
        var fetching = Enumerable.Range(0, workers).Select(_ => Task.Run(() => FetchAsync(jobs.Reader, counters, stop.Token), CancellationToken.None));
        using (var ticker = progress is null ? null : options.Time.CreateTimer(_ => progress.Report(counters.Progress(summary.Totals)), null, Tick, Tick))
        {
            await FirstFailure.WhenAllAsync([planning, .. fetching], stop);
        }

        // What was written is what the manifest said the second time.
        archive.RequireDigest(await planning, summary.ManifestDigest);
        await Task.Run(
            () =>
            {
                plan.FinishDirectories();
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

    private async Task<ArchiveSummary> PlanAsync(RestorePlan plan, ChannelWriter<FetchJob> jobs, CancellationToken cancellationToken)
    {
        try
        {
            var summary = await archive.ReadAsync(plan, cancellationToken);
            plan.Complete();
            return summary;
        }
        finally
        {
            jobs.TryComplete();
        }
    }

    private static void Send(ChannelWriter<FetchJob> jobs, FetchJob job, CancellationToken cancellationToken)
    {
        if (!jobs.TryWrite(job))
        {
            jobs.WriteAsync(job, cancellationToken).AsTask().GetAwaiter().GetResult();
        }
    }

    private async Task FetchAsync(ChannelReader<FetchJob> jobs, RestoreCounters counters, CancellationToken cancellationToken)
    {
        using var checker = new BlockChecker(archive.Store);
        var buffer = GC.AllocateUninitializedArray<byte>(LargestRequest + ArchiveFormat.BlockSize);
        await foreach (var job in jobs.ReadAllAsync(cancellationToken))
        {
            var pack = archive.Packs[job.Pack];
            var stored = buffer.AsMemory(0, job.Length);
            try
            {
                await archive.Store.ReadAsync(pack.Key, job.Offset, stored, cancellationToken);
            }
            catch (StorageException error) when (error.Failure == StorageFailure.NotFound)
            {
                var (file, index, block) = job.Blocks[0];
                throw checker.Damaged(pack, file.Entry.Path, index, block, "it is no longer there", error);
            }

            counters.AddFetched(job.Length);
            foreach (var (file, index, block) in job.Blocks)
            {
                var length = file.Entry.BlockLength(index);
                var plain = checker.Open(stored.Slice((int)(block.Offset - job.Offset), block.Length), pack, file.Entry.Path, index, block, length);
                file.Write(index, plain.Span);
                counters.AddBytes(length);
                counters.Finish(file);
            }
        }
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
