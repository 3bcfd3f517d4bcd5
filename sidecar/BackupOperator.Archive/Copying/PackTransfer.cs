using System.Runtime.ExceptionServices;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Native;
using BackupOperator.Archive.Packs;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Copying;

/// <summary>Copies packs from one storage to another, one at a time, through a few part buffers; what arrives is what the manifest says.</summary>
internal sealed class PackTransfer : IDisposable
{
    private static readonly TimeSpan AbortPatience = TimeSpan.FromSeconds(30);
    private readonly IObjectStore _from;
    private readonly IObjectStore _to;
    private readonly SemaphoreSlim _rented;
    private readonly Stack<PageBuffer> _free = [];

    public PackTransfer(IObjectStore from, IObjectStore to)
    {
        (_from, _to) = (from, to);
        var buffers = Math.Max(2, to.Concurrency);
        _rented = new SemaphoreSlim(buffers);
        for (var i = 0; i < buffers; i++)
        {
            _free.Push(new PageBuffer(to.PartSize));
        }
    }

    /// <param name="sent">Told of bytes that have arrived.</param>
    /// <exception cref="CorruptArchiveException">The pack is damaged where it comes from.</exception>
    public async Task CopyAsync(ManifestPack pack, Action<long> sent, CancellationToken cancellationToken)
    {
        var upload = await _to.BeginUploadAsync(pack.Key, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = new List<Task<StoredPart>>();
        try
        {
            await ReadAsync(pack, upload, sending, sent, stop);
            var parts = await Task.WhenAll(sending);
            await _to.CompleteUploadAsync(pack.Key, upload, parts, createOnly: false, cancellationToken);
        }
        catch (Exception error)
        {
            await stop.CancelAsync();
            var cause = await SettleAsync(sending) ?? error;
            await AbortAsync(pack.Key, upload);
            ExceptionDispatchInfo.Throw(error is OperationCanceledException && !cancellationToken.IsCancellationRequested ? cause : error);
        }
    }

    /// <summary>Whether a storage has the pack with the bytes that the manifest says.</summary>
    public static async Task<bool> IsWholeAsync(IObjectStore store, ManifestPack pack, CancellationToken cancellationToken)
    {
        using var hasher = new ChunkHasher(pack.Chunk);
        var buffer = GC.AllocateUninitializedArray<byte>(8 << 20);
        for (long at = 0; at < pack.Size; at += buffer.Length)
        {
            var content = buffer.AsMemory(0, (int)Math.Min(buffer.Length, pack.Size - at));
            await store.ReadAsync(pack.Key, at, content, cancellationToken);
            hasher.Add(content.Span);
        }

        return hasher.Finish() == pack.Digest;
    }

    public void Dispose()
    {
        foreach (var buffer in _free)
        {
            buffer.Free();
        }

        _rented.Dispose();
    }

    private async Task ReadAsync(ManifestPack pack, string upload, List<Task<StoredPart>> sending, Action<long> sent, CancellationTokenSource stop)
    {
        using var hasher = new ChunkHasher(pack.Chunk);
        for (long at = 0; at < pack.Size; at += _to.PartSize)
        {
            var buffer = await RentAsync(stop.Token);
            var content = buffer.Memory[..(int)Math.Min(_to.PartSize, pack.Size - at)];
            try
            {
                await _from.ReadAsync(pack.Key, at, content, stop.Token);
                hasher.Add(content.Span);
            }
            catch
            {
                Return(buffer);
                throw;
            }

            var number = sending.Count + 1;
            sending.Add(Task.Run(() => SendAsync(pack.Key, upload, number, buffer, content, sent, stop), CancellationToken.None));
        }

        if (hasher.Finish() is var digest && digest != pack.Digest)
        {
            var name = _from.Describe(pack.Key);
            throw new CorruptArchiveException($"{name} is damaged, so it cannot be copied: its digest is {digest} and should be {pack.Digest}.") { StoredAs = name };
        }
    }

    private async Task<StoredPart> SendAsync(string key, string upload, int number, PageBuffer buffer, ReadOnlyMemory<byte> content, Action<long> sent, CancellationTokenSource stop)
    {
        try
        {
            var part = await _to.UploadPartAsync(key, upload, number, content, BlockDigest.Of(content.Span).ToString(), stop.Token);
            sent(content.Length);
            return part;
        }
        catch
        {
            // What is still being read is of no use any more.
            await stop.CancelAsync();
            throw;
        }
        finally
        {
            Return(buffer);
        }
    }

    // The first that did not only stop because another one had failed.
    private static async Task<Exception?> SettleAsync(List<Task<StoredPart>> sending)
    {
        Exception? first = null;
        foreach (var task in sending)
        {
            try
            {
                await task;
            }
            catch (Exception error)
            {
                first = first is null or OperationCanceledException ? error : first;
            }
        }

        return first;
    }

    private async Task AbortAsync(string key, string upload)
    {
        try
        {
            using var limit = new CancellationTokenSource(AbortPatience);
            await _to.AbortUploadAsync(key, upload, limit.Token);
        }
        catch (Exception error) when (error is StorageException or OperationCanceledException)
        {
            // The next attempt does it.
        }
    }

    private async Task<PageBuffer> RentAsync(CancellationToken cancellationToken)
    {
        await _rented.WaitAsync(cancellationToken);
        lock (_free)
        {
            return _free.Pop();
        }
    }

    private void Return(PageBuffer buffer)
    {
        lock (_free)
        {
            _free.Push(buffer);
        }

        _rented.Release();
    }
}
