using System.Collections.Concurrent;
using System.Threading.Channels;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Native;
using BackupOperator.Archive.Packs;
using BackupOperator.Archive.Reading;

namespace BackupOperator.Archive.Writing;

/// <summary>
/// Reads a data directory once: one thread goes over its files in order, workers read, hash and compress their blocks, and
/// the pack writer takes the blocks in their order again. A fixed number of buffers goes round, so a slow store slows down
/// the reading.
/// </summary>
internal sealed class DirectoryPass : IDisposable
{
    private const int MostWorkers = 8;

    // While these wait for the disk, the others have work for every core.
    private const int ReadersMore = 2;

    private const int MostSteps = 256;

    private readonly ArchiveWriterOptions _options;
    private readonly PackWriter _packs;
    private readonly Candidates _candidates;
    private readonly PieceComparer _comparer;
    private readonly DataKey? _key;
    private readonly bool _isLive;
    private readonly bool _trustsTimes;
    private readonly bool _trustsHoles;
    private readonly bool _readsPastCache;
    private readonly int _workers;
    private readonly CancellationTokenSource _stop;
    private readonly List<BlockWork> _all = [];
    private readonly BlockingCollection<BlockWork> _free = [];
    private readonly BlockingCollection<BlockWork> _toWorkers = [];
    private readonly Channel<PassStep> _inOrder = Channel.CreateBounded<PassStep>(new BoundedChannelOptions(MostSteps) { SingleReader = true, SingleWriter = true });
    private readonly EntryLog _entries = new();
    private long _bytesRead;
    private long _stored;
    private long _reused;
    private long _unchanged;

    public DirectoryPass(
        ArchiveWriterOptions options, PackWriter packs, Candidates candidates, PieceComparer comparer, DataKey? key, bool isLive, CancellationToken cancellationToken)
    {
        _options = options;
        _packs = packs;
        _candidates = candidates;
        _comparer = comparer;
        _key = key;
        _isLive = isLive;
        _trustsTimes = FileSystems.HasTrustedTimes(options.SourceDirectory);
        _trustsHoles = FileSystems.HasTrustedHoles(options.SourceDirectory);
        _readsPastCache = FileSystems.HasTrustedDirectReads(options.SourceDirectory);
        var cores = options.Workers ?? Math.Min(Environment.ProcessorCount, MostWorkers);
        _workers = cores + ReadersMore;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        for (var i = 0; i < _workers + cores + 2; i++)
        {
            _all.Add(new BlockWork(key is not null));
            _free.Add(_all[i], CancellationToken.None);
        }
    }

    /// <summary>Afterwards, the entries with what is now known of the files; without files that went away.</summary>
    public EntryLog Entries => _entries;

    /// <param name="entries">In the order of their paths.</param>
    /// <param name="before">What an earlier pass or backup knows of a file; asked for in the order of the paths.</param>
    public async Task<PassResult> RunAsync(IEnumerable<SourceEntry> entries, Func<string, FileRecord?> before, ProgressMeter progress)
    {
        var tasks = new List<Task> { OnThread(() => Read(entries, before, progress)), Task.Run(() => PackAsync(progress)) };
        for (var i = 0; i < _workers; i++)
        {
            tasks.Add(OnThread(Work));
        }

        await FirstFailure.WhenAllAsync(tasks, _stop);
        progress.Tell();
        return new PassResult(_entries.Files, _entries.Bytes, _bytesRead, _stored, _reused, _unchanged);
    }

    public void Dispose()
    {
        while (_toWorkers.TryTake(out var work))
        {
            work.Source.Release();
        }

        _stop.Dispose();
        _free.Dispose();
        _toWorkers.Dispose();
        foreach (var work in _all)
        {
            work.Dispose();
        }
    }

    private static Task OnThread(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Read(IEnumerable<SourceEntry> entries, Func<string, FileRecord?> before, ProgressMeter progress)
    {
        try
        {
            foreach (var entry in entries)
            {
                _stop.Token.ThrowIfCancellationRequested();
                if (entry.Kind != ManifestEntryKind.File)
                {
                    Send(new PassStep(null, entry));
                    continue;
                }

                var known = before(entry.Path);
                if (_trustsTimes && known?.IsStill(entry.Stat) == true)
                {
                    Send(new PassStep(null, entry with { Stat = known.Stat, Record = known }));
                    _unchanged++;
                    Interlocked.Add(ref _reused, known.Blocks.Stored().LongCount());
                    progress.Add(entry.Stat.Size);
                }
                else
                {
                    ReadFile(entry, known, progress);
                }

                progress.AddFile();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(error);
        }
        finally
        {
            _toWorkers.CompleteAdding();
            _inOrder.Writer.Complete();
        }
    }

    private void ReadFile(SourceEntry entry, FileRecord? known, ProgressMeter progress)
    {
        // The clock before the attributes before the content: whatever changes later is later than all of them.
        var fullPath = Path.Combine(_options.SourceDirectory, entry.Path);
        var seenAt = (_options.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        if (FileStat.TryRead(fullPath) is not { Kind: EntryKind.File } stat)
        {
            FailUnlessLive($"{fullPath} went away");
            return;
        }

        var record = new FileRecord(entry.Path, stat, seenAt, _isLive);
        SourceFile file;
        try
        {
            file = SourceFile.Open(fullPath, stat.Size, _readsPastCache);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            FailUnlessLive($"{fullPath} went away");
            return;
        }

        try
        {
            HandOut(file, record, known, progress);
            Send(new PassStep(null, entry with { Stat = stat, Record = record }));
        }
        finally
        {
            file.Release();
        }
    }

    private void HandOut(SourceFile file, FileRecord record, FileRecord? known, ProgressMeter progress)
    {
        long dataFrom = 0;
        long dataTo = 0;
        for (var index = 0; index < record.Blocks.Count; index++)
        {
            var offset = (long)index * ArchiveFormat.BlockSize;
            var length = (int)Math.Min(ArchiveFormat.BlockSize, record.Stat.Size - offset);
            if (_trustsHoles && offset >= dataTo)
            {
                _stop.Token.ThrowIfCancellationRequested();
                dataFrom = Syscalls.NextData(file.Handle, offset) ?? long.MaxValue;
                dataTo = dataFrom == long.MaxValue ? long.MaxValue : Syscalls.NextHole(file.Handle, dataFrom, record.Stat.Size);
                var holes = (int)((Math.Min(dataFrom, record.Stat.Size + ArchiveFormat.BlockSize - 1) / ArchiveFormat.BlockSize) - index);
                if (holes > 0)
                {
                    record.Blocks.SetHoles(index, index + holes);
                    progress.Add(Math.Min(record.Stat.Size, offset + ((long)holes * ArchiveFormat.BlockSize)) - offset);
                    index += holes - 1;
                    continue;
                }
            }

            // A block may hold the end of one stretch of data and the beginning of the next; it is read as a whole.
            dataTo = Math.Max(dataTo, offset + length);
            var work = _free.Take(_stop.Token);
            var stored = known is not null && index < known.Blocks.Count ? known.Blocks[index] : BlockReference.Unknown;
            work.Begin(file, record, index, length, stored, stored.IsStored && known!.BlockLength(index) == length);
            _candidates.Find(record.Path, index, stored, work.Candidates);
            file.Announce(length, offset);
            file.Use();
            _toWorkers.Add(work, CancellationToken.None);
            Send(new PassStep(work, null));
        }
    }

    private void Send(PassStep step)
    {
        if (!_inOrder.Writer.TryWrite(step))
        {
            _inOrder.Writer.WriteAsync(step, _stop.Token).AsTask().GetAwaiter().GetResult();
        }
    }

    private void Work()
    {
        if (_isLive)
        {
            Syscalls.YieldDisk();
        }

        using var worker = new BlockWorker(_options.CompressionLevel, _key, _comparer);
        foreach (var work in _toWorkers.GetConsumingEnumerable(_stop.Token))
        {
            try
            {
                Fill(work);
                if (!work.IsGone)
                {
                    worker.Process(work);
                }

                work.Done.SetResult();
            }
            catch (Exception error)
            {
                work.Done.SetException(error);
            }
        }
    }

    private void Fill(BlockWork work)
    {
        try
        {
            work.IsGone = work.Source.Read(work.Plain, work.Length, (long)work.Index * ArchiveFormat.BlockSize) < work.Length;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(error);
        }
        finally
        {
            work.Source.Release();
        }

        if (work.IsGone)
        {
            FailUnlessLive($"{work.Source.FullPath} became shorter");
        }
    }

    private async Task PackAsync(ProgressMeter progress)
    {
        await foreach (var (block, read) in _inOrder.Reader.ReadAllAsync(_stop.Token))
        {
            if (read is not null)
            {
                _entries.Add(read);
            }

            if (block is not { } work)
            {
                continue;
            }

            await work.Done.Task.WaitAsync(_stop.Token);
            if (!work.IsGone)
            {
                _bytesRead += work.Length;
                if (work.Known is { IsStored: true })
                {
                    Interlocked.Increment(ref _reused);
                }

                work.File.Blocks[work.Index] = work.Known ?? await StoreAsync(work);
                progress.Add(work.Length);
            }

            _free.Add(work, CancellationToken.None);
        }
    }

    private async ValueTask<BlockReference> StoreAsync(BlockWork work)
    {
        _stored++;
        var block = new PackBlock(work.File.Path, work.Index, 0, work.Stored.Length, work.Checksum, work.Digest, work.Changed, work.Changed == 0 ? default : work.Before.Digest, work.StoredSums());
        var (pack, offset) = await _packs.AppendAsync(block, work.Stored);
        return work.Changed == 0
            ? new BlockReference(pack, offset, work.Stored.Length, work.Checksum, work.Digest)
            : work.Before.With(new BlockPatch(pack, offset, work.Stored.Length, work.Checksum, work.Changed), work.Digest);
    }

    private static DataDirectoryException Unreadable(Exception error) => new($"The data directory cannot be read: {error.Message}", error);

    private void FailUnlessLive(string what)
    {
        if (!_isLive)
        {
            throw new DataDirectoryException($"{what} while the server was stopped; something else works in this data directory.");
        }
    }
}
