using System.Collections.Concurrent;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Copying;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Native;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Packs;

/// <summary>
/// Puts stored blocks back to back into packs and sends them, part by part, several at a time. Appending is for one
/// caller at a time; it waits when all part buffers are on their way.
/// </summary>
internal sealed class PackWriter(
    IObjectStore store, string path, TokenKeeper token, int firstNumber, long packLimit, DataKey? key, CancellationToken cancellationToken) : IDisposable
{
    // Keeps block tables, and with them the token, small where files are.
    private const int MostBlocks = 8192;

    // One is filled while the others are on their way.
    private readonly SemaphoreSlim _buffers = new(Math.Max(2, store.Concurrency));
    private readonly Stack<PageBuffer> _free = [];
    private readonly List<PageBuffer> _all = [];
    private readonly List<Task> _finishing = [];
    private readonly ConcurrentDictionary<int, PackUpload> _unfinished = new();
    private int _nextNumber = firstNumber;
    private PackUpload? _pack;
    private PageBuffer? _part;
    private int _filled;
    private volatile Exception? _fault;

    /// <summary>Further storages that get the same packs, as far as they keep up.</summary>
    public IReadOnlyList<PackMirror> Mirrors { get; init; } = [];

    /// <summary>Gives a block its place. The bytes are copied.</summary>
    /// <returns>The number of the pack and the offset in it.</returns>
    public async ValueTask<(int Pack, uint Offset)> AppendAsync(PackBlock block, ReadOnlyMemory<byte> stored)
    {
        var pack = _pack ??= await BeginAsync();
        var placed = pack.Place(block with { Length = stored.Length });
        while (!stored.IsEmpty)
        {
            _part ??= await RentAsync();
            var count = Math.Min(stored.Length, store.PartSize - _filled);
            stored[..count].CopyTo(_part.Memory[_filled..]);
            stored = stored[count..];
            _filled += count;
            if (_filled == store.PartSize)
            {
                Seal(pack);
            }
        }

        if (pack.Size >= packLimit || pack.BlockCount >= MostBlocks)
        {
            Finish(pack);
        }

        return (pack.Number, placed.Offset);
    }

    /// <summary>The pack with a number, as long as its block table is not in the store.</summary>
    public PackUpload? FindUnfinished(int number) => _unfinished.GetValueOrDefault(number);

    /// <summary>Ends the open pack and returns when all packs are objects.</summary>
    public async Task FlushAsync()
    {
        if (_pack is { } pack)
        {
            Finish(pack);
        }

        await Task.WhenAll(_finishing);
        _finishing.Clear();
        await Task.WhenAll(Mirrors.Select(mirror => mirror.CompleteAsync()));
        lock (_free)
        {
            // The manifest takes the memory that they had.
            while (_free.TryPop(out var idle))
            {
                _all.Remove(idle);
                idle.Free();
            }
        }
    }

    /// <summary>Waits until nothing is being sent, whatever came of it.</summary>
    public Task SettleAsync() =>
        Task.WhenAll([.. _finishing, .. _pack?.Transfers ?? []]).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    /// <summary>Only after <see cref="SettleAsync"/>: whoever still sends reads from the buffers.</summary>
    public void Dispose()
    {
        _buffers.Dispose();
        foreach (var buffer in _all)
        {
            buffer.Free();
        }

        foreach (var mirror in Mirrors)
        {
            mirror.Dispose();
        }
    }

    private async Task<PackUpload> BeginAsync()
    {
        var number = _nextNumber++;
        if (number > ArchiveFormat.LastPack)
        {
            throw new StorageException(StorageFailure.Refused, $"{store.Describe(path)} would have more than {ArchiveFormat.LastPack + 1} packs. Use larger ones.");
        }

        var pack = new PackUpload(number, await store.BeginUploadAsync(ArchiveFormat.PackKey(path, number), cancellationToken), store.PartSize);
        _unfinished[number] = pack;
        token.Opened(pack);
        foreach (var mirror in Mirrors)
        {
            mirror.Begin(number);
        }

        return pack;
    }

    private void Finish(PackUpload pack)
    {
        if (_filled > 0)
        {
            Seal(pack);
        }

        _pack = null;
        _finishing.Add(FinishAsync(pack));
    }

    private async Task FinishAsync(PackUpload pack)
    {
        try
        {
            var parts = await Task.WhenAll(pack.Transfers);
            var made = await store.CompleteUploadAsync(ArchiveFormat.PackKey(path, pack.Number), pack.UploadId, parts, createOnly: false, cancellationToken);
            var table = CompressedJson.Write(pack.Describe().Blocks, key);
            await store.PutAsync(ArchiveFormat.TableKey(path, pack.Number), table, PutMode.Replace, cancellationToken);
            _unfinished.TryRemove(pack.Number, out _);
            token.Completed(pack, pack.Finish(made.ETag));
            await token.SaveAsync(PutMode.Replace);

            // Only now: a pack that the first storage does not have in the end must not be in another one.
            foreach (var mirror in Mirrors)
            {
                mirror.Finish(pack.Number, table);
            }
        }
        catch (Exception error)
        {
            // Whoever appends next learns of it, and need not read on to the end.
            _fault ??= error;
            throw;
        }
    }

    private void Seal(PackUpload pack)
    {
        var (buffer, filled, number) = (_part!, _filled, pack.Transfers.Count + 1);
        _part = null;
        _filled = 0;
        pack.Transfers.Add(Task.Run(() => SendAsync(pack, number, buffer, filled), CancellationToken.None));
    }

    private async Task<StoredPart> SendAsync(PackUpload pack, int number, PageBuffer buffer, int filled)
    {
        List<Task> mirrored = [];
        try
        {
            ReadOnlyMemory<byte> content = buffer.Memory[..filled];
            var sha256 = BlockDigest.Of(content.Span).ToString();
            pack.Seal(new SealedPart(number, filled, sha256));
            mirrored.AddRange(Mirrors.Select(mirror => mirror.Send(pack.Number, number, content, sha256)));

            // Before the part: one that the token does not know would have to be sent again.
            await token.SaveAsync();
            var stored = await store.UploadPartAsync(ArchiveFormat.PackKey(path, pack.Number), pack.UploadId, number, content, sha256, cancellationToken);
            token.Arrived(pack, stored);
            await Task.WhenAll(Mirrors.Zip(mirrored, (mirror, sent) => mirror.WaitAsync(sent)));
            return stored;
        }
        catch (Exception error)
        {
            _fault ??= error;
            throw;
        }
        finally
        {
            Return(buffer, Task.WhenAll(mirrored));
        }
    }

    private async Task<PageBuffer> RentAsync()
    {
        await _buffers.WaitAsync(cancellationToken);
        if (_fault is { } fault)
        {
            _buffers.Release();
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
        }

        lock (_free)
        {
            if (!_free.TryPop(out var buffer))
            {
                _all.Add(buffer = new PageBuffer(store.PartSize));
            }

            return buffer;
        }
    }

    private void Return(PageBuffer buffer, Task users)
    {
        lock (_free)
        {
            if (users.IsCompleted)
            {
                _free.Push(buffer);
            }
            else
            {
                // A mirror that was given up may still read from it; another buffer takes its place.
                _all.Remove(buffer);
                _ = users.ContinueWith(_ => buffer.Free(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }

        _buffers.Release();
    }
}
