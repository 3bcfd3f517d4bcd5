using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Manifests;
using Microsoft.Win32.SafeHandles;

namespace BackupOperator.Archive.Reading;

/// <summary>
/// A file that may hold some of the blocks that are wanted. It may change meanwhile: what counts is the digest of the bytes
/// that were read.
/// </summary>
internal sealed class SeedFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    private SeedFile(SafeFileHandle handle) => _handle = handle;

    /// <returns>Null where there is no such file, or it cannot be read.</returns>
    public static SeedFile? TryOpen(string root, ManifestEntry entry)
    {
        try
        {
            var path = Path.Combine(root, entry.Path);
            return File.Exists(path) ? new SeedFile(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)) : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <returns>Whether the file holds the block; then the buffer does.</returns>
    public bool TryRead(long offset, Span<byte> buffer, BlockDigest digest)
    {
        try
        {
            for (var done = 0; done < buffer.Length;)
            {
                var read = RandomAccess.Read(_handle, buffer[done..], offset + done);
                if (read == 0)
                {
                    return false;
                }

                done += read;
            }
        }
        catch (IOException)
        {
            return false;
        }

        return Pieces.Digest(buffer) == digest;
    }

    public void Dispose() => _handle.Dispose();
}
