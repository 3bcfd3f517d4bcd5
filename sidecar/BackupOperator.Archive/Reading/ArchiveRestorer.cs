using System.Threading.Channels;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Native;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Reading;

/// <summary>
/// Writes a backup's files into a folder. Every block is checked before it is written; blocks that an attempt before this
/// one has written are found by their hashes and not fetched again.
/// </summary>
public sealed class ArchiveRestorer(ArchiveReader archive, RestoreOptions options)
{
    private const int LargestRequest = 8 << 20;
    private const long Headroom = 64L << 20;
    private readonly List<(ManifestEntry Entry, string FullPath)> _directories = [];
    private readonly List<(ManifestEntry Entry, string FullPath)> _links = [];
    private long _bytesDone;
    private long _filesDone;
    private long _bytesFetched;

    /// <summary>Looks whether the backup is whole and fits; writes nothing.</summary>
    /// <returns>What the manifest says.</returns>
    /// <exception cref="CorruptArchiveException">A pack is missing or shorter, or the manifest is not to be trusted.</exception>
    /// <exception cref="TargetFullException">There is not enough room.</exception>
    public async Task<ArchiveSummary> CheckAsync(CancellationToken cancellationToken = default)
    {
        await archive.CheckPacksAsync(cancellationToken);
        long needed = 0;
        var summary = await archive.ReadAsync(
            entry =>
            {
                foreach (var (index, _) in entry.StoredBlocks())
                {
                    needed += entry.BlockLength(index);
                }
            },
            cancellationToken);
        if (options.ManifestDigest is { } digest && digest != summary.ManifestDigest)
        {
            throw new CorruptArchiveException(
                $"{archive.Store.Describe(ArchiveFormat.ManifestKey(archive.Path))} is not the manifest that was recorded: it is {summary.ManifestDigest} instead of {digest}.")
            {
                StoredAs = archive.Store.Describe(ArchiveFormat.ManifestKey(archive.Path)),
            };
        }

        var folder = options.TargetDirectory;
        var present = Directory.Exists(folder) ? AllocatedBytes(folder) : 0;
        while (!Directory.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder) ?? "/";
        }

        var available = FileSystems.AvailableBytes(folder) + present;
        return available >= needed + Headroom
            ? summary
            : throw new TargetFullException(
                $"Restoring to {options.TargetDirectory} needs {needed >> 20} MiB and {available >> 20} MiB are free. Enlarge the claim, or remove what is not needed.");
    }

    /// <summary>Restores everything; what is there when it returns is on the disk.</summary>
    public async Task<ArchiveSummary> RestoreAsync(IProgress<ArchiveProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var plan = await CheckAsync(cancellationToken);
        var workers = options.Concurrency ?? Math.Max(archive.Store.Concurrency, Environment.ProcessorCount);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var jobs = Channel.CreateBounded<FetchJob>(workers * 2);
        Directory.CreateDirectory(options.TargetDirectory);

        var fetchers = Enumerable.Range(0, workers).Select(_ => Task.Run(() => FetchAsync(jobs.Reader, stop.Token), CancellationToken.None)).ToList();
        var planning = Task.Run(() => PlanAsync(jobs.Writer, stop.Token), CancellationToken.None);
        var tasks = fetchers.Append(planning).ToList();
        using (var ticker = progress is null ? null : options.Time.CreateTimer(_ => Tell(progress, plan), null, TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(250)))
        {
            await FirstFailure.WhenAllAsync(tasks, stop);
        }

        await Task.Run(FinishDirectories, cancellationToken);
        if (progress is not null)
        {
            Tell(progress, plan);
        }

        return await planning;
    }

    private async Task<ArchiveSummary> PlanAsync(ChannelWriter<FetchJob> jobs, CancellationToken cancellationToken)
    {
        var planner = new FetchPlanner(LargestRequest);
        void Send(FetchJob? job)
        {
            if (job is not null && !jobs.TryWrite(job))
            {
                jobs.WriteAsync(job, cancellationToken).AsTask().GetAwaiter().GetResult();
            }
        }

        try
        {
            var summary = await archive.ReadAsync(entry => Begin(entry, planner, Send), cancellationToken);
            Send(planner.Take());
            return summary;
        }
        finally
        {
            jobs.TryComplete();
        }
    }

    private void Begin(ManifestEntry entry, FetchPlanner planner, Action<FetchJob?> send)
    {
        var fullPath = Path.Combine(options.TargetDirectory, entry.Path);
        switch (entry.Kind)
        {
            case ManifestEntryKind.Directory:
                Directory.CreateDirectory(fullPath);
                _directories.Add((entry, fullPath));
                return;
            case ManifestEntryKind.Link:
                _links.Add((entry, fullPath));
                return;
        }

        var wasThere = File.Exists(fullPath);
        var handle = File.OpenHandle(fullPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        if (RandomAccess.GetLength(handle) != entry.Size)
        {
            // A new file is one hole, so holes are in their places from the beginning.
            RandomAccess.SetLength(handle, 0);
            RandomAccess.SetLength(handle, entry.Size);
            wasThere = false;
        }

        var file = new TargetFile(entry, fullPath, handle);
        var position = 0L;
        var buffer = wasThere ? new byte[ArchiveFormat.BlockSize] : [];
        foreach (var (index, block) in entry.StoredBlocks())
        {
            var offset = (long)index * ArchiveFormat.BlockSize;
            Interlocked.Add(ref _bytesDone, offset - position);
            position = offset + entry.BlockLength(index);
            if (wasThere && Holds(file, index, block, buffer))
            {
                Interlocked.Add(ref _bytesDone, entry.BlockLength(index));
                continue;
            }

            file.Expect();
            send(planner.Add(new WantedBlock(file, index, block)));
        }

        Interlocked.Add(ref _bytesDone, entry.Size - position);
        Done(file);
    }

    private static bool Holds(TargetFile file, int index, BlockReference block, byte[] buffer)
    {
        var wanted = buffer.AsSpan(0, file.Entry.BlockLength(index));
        return RandomAccess.Read(file.Handle, wanted, (long)index * ArchiveFormat.BlockSize) == wanted.Length && BlockDigest.Of(wanted) == block.Digest;
    }

    private async Task FetchAsync(ChannelReader<FetchJob> jobs, CancellationToken cancellationToken)
    {
        using var checker = new BlockChecker(archive.Store);
        var buffer = new byte[LargestRequest + ArchiveFormat.BlockSize];
        await foreach (var job in jobs.ReadAllAsync(cancellationToken))
        {
            var pack = archive.Packs[job.Pack];
            var stored = buffer.AsMemory(0, job.Length);
            await archive.Store.ReadAsync(pack.Key, job.Offset, stored, cancellationToken);
            Interlocked.Add(ref _bytesFetched, job.Length);
            foreach (var (file, index, block) in job.Blocks)
            {
                var length = file.Entry.BlockLength(index);
                var plain = checker.Open(stored.Slice((int)(block.Offset - job.Offset), block.Length), pack, file.Entry.Path, index, block, length);
                RandomAccess.Write(file.Handle, plain.Span, (long)index * ArchiveFormat.BlockSize);
                Interlocked.Add(ref _bytesDone, length);
                Done(file);
            }
        }
    }

    private void Done(TargetFile file)
    {
        if (file.Finish())
        {
            Interlocked.Increment(ref _filesDone);
        }
    }

    // Links last: nothing was written through one. Directories from the deepest up, since entries change their times.
    private void FinishDirectories()
    {
        foreach (var (entry, fullPath) in _links)
        {
            File.Delete(fullPath);
            File.CreateSymbolicLink(fullPath, entry.Target!);
            Attributes.Apply(entry, fullPath);
        }

        foreach (var (entry, fullPath) in Enumerable.Reverse(_directories))
        {
            Attributes.Apply(entry, fullPath);
        }

        Syscalls.FlushFileSystem(options.TargetDirectory);
    }

    private void Tell(IProgress<ArchiveProgress> progress, ArchiveSummary plan) => progress.Report(new ArchiveProgress(
        Interlocked.Read(ref _bytesDone), plan.Totals.LogicalBytes, Interlocked.Read(ref _filesDone), plan.Totals.Files, Interlocked.Read(ref _bytesFetched)));

    private static long AllocatedBytes(string folder) =>
        Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Sum(path => FileStat.TryRead(path)?.AllocatedBytes ?? 0);
}
