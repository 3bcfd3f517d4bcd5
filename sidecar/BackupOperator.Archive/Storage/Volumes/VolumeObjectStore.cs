using System.Runtime.CompilerServices;
using BackupOperator.Archive.Native;
using static BackupOperator.Archive.Storage.Volumes.VolumeErrors;

namespace BackupOperator.Archive.Storage.Volumes;

/// <summary>A folder, such as a mounted claim: objects are files. Uploads in parts are those of <see cref="VolumeUploads"/>.</summary>
public sealed class VolumeObjectStore : IObjectStore
{
    private readonly VolumeFolder _folder;
    private readonly VolumeUploads _uploads;

    /// <exception cref="StorageException">There is no such folder.</exception>
    public VolumeObjectStore(string root, int partSize = 16 << 20)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partSize, ArchiveFormat.BlockSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(partSize, ArchiveFormat.LargestChunk);
        _folder = new VolumeFolder(Path.GetFullPath(root));
        _uploads = new VolumeUploads(_folder, partSize);
        PartSize = partSize;
        if (!IsThere(_folder.Root))
        {
            throw new StorageException(StorageFailure.BucketNotFound, $"There is no folder {_folder.Root} for backups; create it, or mount the claim there.");
        }
    }

    public int PartSize { get; }

    /// <summary>A disk gains nothing from more: one part is hashed while the other is written.</summary>
    public int Concurrency => 2;

    public long? AvailableBytes => FileSystems.AvailableBytes(_folder.Root);

    public long? CapacityBytes => FileSystems.CapacityBytes(_folder.Root);

    public string Describe(string key) => _folder.Describe(key);

    public Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default) =>
        GuardAsync($"Looking for {Describe(key)}", () => VolumeObjects.Find(key, _folder.PathOf(key)));

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var found = await GuardAsync($"Listing {Describe(prefix)}", () => VolumeWalk
            .Files(_folder.Root, _folder.FolderOf(prefix), uploads: false)
            .Select(file => VolumeObjects.Describe(_folder.KeyOf(file.Path), file.Stat))
            .Where(file => file.Key.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(file => file.Key, StringComparer.Ordinal)
            .ToList());
        foreach (var file in found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return file;
        }
    }

    public Task ReadAsync(string key, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default) => GuardAsync($"Reading {Describe(key)}", async () =>
    {
        using var file = File.OpenHandle(_folder.PathOf(key), FileMode.Open, FileAccess.Read, VolumeFolder.Shared);
        for (var done = 0; done < buffer.Length;)
        {
            var read = await RandomAccess.ReadAsync(file, buffer[done..], offset + done, cancellationToken);
            if (read == 0)
            {
                throw new StorageException(StorageFailure.NotFound, $"{Describe(key)} ends at {offset + done}, before {offset + buffer.Length}.");
            }

            done += read;
        }

        return true;
    });

    public Task PutAsync(string key, ReadOnlyMemory<byte> content, PutMode mode = PutMode.Replace, CancellationToken cancellationToken = default) => GuardAsync($"Writing {Describe(key)}", async () =>
    {
        var path = _folder.PathOf(key);
        var temporary = TemporaryFor(path);
        try
        {
            using (var file = _folder.Create(temporary))
            {
                await RandomAccess.WriteAsync(file, content, 0, cancellationToken);
                if (mode != PutMode.ReplaceLazily)
                {
                    RandomAccess.FlushToDisk(file);
                }
            }

            _folder.Publish(temporary, path, mode, key);
        }
        finally
        {
            VolumeFolder.Remove(temporary);
        }

        return true;
    });

    public Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken = default) => _uploads.BeginAsync(key);

    public Task<StoredPart> UploadPartAsync(string key, string uploadId, int number, ReadOnlyMemory<byte> content, string sha256, CancellationToken cancellationToken = default) =>
        _uploads.WriteAsync(key, uploadId, number, content, sha256, cancellationToken);

    public Task<IReadOnlyList<StoredPart>?> ListPartsAsync(string key, string uploadId, CancellationToken cancellationToken = default) =>
        _uploads.PartsAsync(key, uploadId, cancellationToken);

    public Task<ObjectInfo> CompleteUploadAsync(string key, string uploadId, IReadOnlyList<StoredPart> parts, bool createOnly = false, CancellationToken cancellationToken = default) =>
        _uploads.CompleteAsync(key, uploadId, parts, createOnly, cancellationToken);

    public Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken = default) => _uploads.AbortAsync(key, uploadId);

    public IAsyncEnumerable<UnfinishedUpload> ListUploadsAsync(string prefix, CancellationToken cancellationToken = default) => _uploads.ListAsync(prefix, cancellationToken);

    public Task<ObjectInfo> CopyAsync(string fromKey, string toKey, CancellationToken cancellationToken = default) => GuardAsync($"Copying {Describe(fromKey)} to {Describe(toKey)}", () =>
    {
        var path = _folder.PathOf(toKey);
        var temporary = TemporaryFor(path);
        try
        {
            _folder.Create(temporary).Dispose();

            // Shares the blocks or copies in the kernel where the file system can.
            File.Copy(_folder.PathOf(fromKey), temporary, overwrite: true);
            using (var file = File.OpenHandle(temporary, FileMode.Open, FileAccess.ReadWrite, VolumeFolder.Shared))
            {
                RandomAccess.FlushToDisk(file);
            }

            _folder.Publish(temporary, path, PutMode.Replace, toKey);
        }
        finally
        {
            VolumeFolder.Remove(temporary);
        }

        return VolumeObjects.Get(toKey, path);
    });

    public Task DeleteAsync(string key, CancellationToken cancellationToken = default) => GuardAsync($"Deleting {Describe(key)}", () =>
    {
        var path = _folder.PathOf(key);
        if (FileStat.TryRead(path) is null or { Kind: EntryKind.Directory })
        {
            return true;
        }

        VolumeFolder.Remove(path);
        _folder.RemoveEmptyFolders(Path.GetDirectoryName(path)!);
        return true;
    });

    public Task DeleteFolderAsync(string path, CancellationToken cancellationToken = default) => GuardAsync($"Deleting {Describe(path)}", () =>
    {
        var folder = _folder.PathOf(path);
        switch (FileStat.TryRead(folder)?.Kind)
        {
            case EntryKind.Link:
                throw new StorageException(StorageFailure.Refused, $"{Describe(path)} is a symbolic link and no folder of a backup; it is left alone.");
            case EntryKind.Directory:
                // Does not follow links inside.
                Directory.Delete(folder, recursive: true);
                break;
        }

        _folder.RemoveEmptyFolders(Path.GetDirectoryName(folder)!);
        return true;
    });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static bool IsThere(string root)
    {
        try
        {
            return FileStat.TryFollow(root) is { Kind: EntryKind.Directory };
        }
        catch (IOException error)
        {
            throw Translate(error, $"Looking for the folder {root}");
        }
    }

    private static string TemporaryFor(string path) => $"{path}.{Guid.NewGuid():N}.tmp";
}
