using BackupOperator.Archive.Blocks;
using Microsoft.Win32.SafeHandles;

namespace BackupOperator.Archive.Storage.Volumes;

/// <summary>The hidden file that the parts of an upload are written into, each at the place that its number gives it.</summary>
internal sealed class PartsFile(string path, int partSize) : IDisposable
{
    private const int InvalidArgument = 22; // EINVAL

    private readonly SafeFileHandle _file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    public async Task WriteAsync(int number, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (TryWriteDirectly(number, content))
        {
            return;
        }

        await RandomAccess.WriteAsync(_file, content, PlaceOf(number), cancellationToken);

        // Completing waits until all is on the disk; what is on its way early need not be waited for.
        Native.Syscalls.BeginFlush(_file, PlaceOf(number), content.Length);
    }

    /// <returns>The part as its bytes are now; null where they are not what the journal says.</returns>
    public async Task<StoredPart?> CheckAsync(StoredPart part, byte[] buffer, CancellationToken cancellationToken)
    {
        var content = buffer.AsMemory(0, (int)part.Size);
        return await FillAsync(content, PlaceOf(part.Number), cancellationToken) && BlockDigest.Of(content.Span).ToString() == part.ETag ? part : null;
    }

    /// <summary>Whether the parts, in their order, are the file as it is.</summary>
    public bool IsGapless(IReadOnlyList<StoredPart> parts) => parts.Index().All(item =>
        item.Item.Number == item.Index + 1 && (item.Item.Size == partSize || item.Index == parts.Count - 1));

    /// <summary>Cuts off what is behind the last part, and waits for the disk.</summary>
    public void Finish(long size)
    {
        if (RandomAccess.GetLength(_file) < size)
        {
            throw new StorageException(StorageFailure.Lost, $"{path} lacks parts.");
        }

        RandomAccess.SetLength(_file, size);
        RandomAccess.FlushToDisk(_file);
    }

    /// <summary>Copies the parts, one behind the other, into a file of their own. The parts stay as they are: this may be interrupted.</summary>
    public async Task JoinAsync(IReadOnlyList<StoredPart> parts, string to, CancellationToken cancellationToken)
    {
        using var joined = File.OpenHandle(to, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        var buffer = new byte[partSize];
        long at = 0;
        foreach (var part in parts)
        {
            var content = buffer.AsMemory(0, (int)part.Size);
            if (!await FillAsync(content, PlaceOf(part.Number), cancellationToken))
            {
                throw new StorageException(StorageFailure.Lost, $"{path} lacks part {part.Number}.");
            }

            await RandomAccess.WriteAsync(joined, content, at, cancellationToken);
            at += part.Size;
        }

        RandomAccess.FlushToDisk(joined);
    }

    public void Dispose() => _file.Dispose();

    // Only whole pages of memory to whole pages of the file; the last part goes the other way.
    private unsafe bool TryWriteDirectly(int number, ReadOnlyMemory<byte> content)
    {
        using var pinned = content.Pin();
        if (((nint)pinned.Pointer | content.Length | PlaceOf(number)) % ArchiveFormat.PageSize != 0 || Native.Syscalls.TryOpenDirect(path, FileAccess.Write) is not { } file)
        {
            return false;
        }

        using (file)
        {
            try
            {
                RandomAccess.Write(file, content.Span, PlaceOf(number));
                return true;
            }
            catch (Exception error) when (error is ArgumentException || error.HResult == InvalidArgument)
            {
                // A disk with larger pages, or a file system that says no only now.
                return false;
            }
        }
    }

    private long PlaceOf(int number) => (number - 1L) * partSize;

    private async Task<bool> FillAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        for (var done = 0; done < buffer.Length;)
        {
            var read = await RandomAccess.ReadAsync(_file, buffer[done..], offset + done, cancellationToken);
            if (read == 0)
            {
                return false;
            }

            done += read;
        }

        return true;
    }
}
