using System.Runtime.CompilerServices;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Native;
using Microsoft.Win32.SafeHandles;

namespace BackupOperator.Archive.Storage.Volumes;

/// <summary>
/// A folder, such as a mounted claim. An upload in parts is one hidden file that the parts are written into at their
/// offsets, with a journal of finished parts beside it; completing it gives the file its name.
/// </summary>
public sealed class VolumeObjectStore : IObjectStore
{
    private const string Uploads = ".uploads";
    private const int MostTries = 20;
    private const int NotFoundError = 2; // ENOENT
    private const FileShare Shared = FileShare.ReadWrite | FileShare.Delete; // .NET would lock the file otherwise
    private readonly string _root;

    /// <exception cref="StorageException">There is no such folder.</exception>
    public VolumeObjectStore(string root, int partSize = 16 << 20)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partSize, ArchiveFormat.BlockSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(partSize, ArchiveFormat.LargestChunk);
        _root = Path.GetFullPath(root);
        PartSize = partSize;
        if (!Directory.Exists(_root))
        {
            throw new StorageException(StorageFailure.BucketNotFound, $"There is no folder {_root} for backups; create it, or mount the claim there.");
        }
    }

    public int PartSize { get; }

    /// <summary>A disk gains nothing from more: one part is hashed while the other is written.</summary>
    public int Concurrency => 2;

    public long? AvailableBytes => FileSystems.AvailableBytes(_root);

    public long? CapacityBytes => FileSystems.CapacityBytes(_root);

    public string Describe(string key) => Path.Combine(_root, key);

    public Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default) => GuardAsync<ObjectInfo?>($"Looking for {Describe(key)}", () =>
    {
        var file = new FileInfo(PathOf(key));
        return file.Exists ? Info(key, file) : null;
    });

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var slash = prefix.LastIndexOf('/');
        var folder = slash < 0 ? _root : PathOf(prefix[..slash]);
        var found = await GuardAsync($"Listing {Describe(prefix)}", () => Walk(folder).Order(StringComparer.Ordinal).ToList());
        foreach (var path in found)
        {
            var key = Path.GetRelativePath(_root, path);
            var file = new FileInfo(path);
            if (key.StartsWith(prefix, StringComparison.Ordinal) && file.Exists)
            {
                yield return Info(key, file);
            }
        }
    }

    public Task ReadAsync(string key, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default) => GuardAsync($"Reading {Describe(key)}", async () =>
    {
        using var file = File.OpenHandle(PathOf(key), FileMode.Open, FileAccess.Read, Shared);
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
        var path = PathOf(key);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = CreateFile(temporary))
            {
                await RandomAccess.WriteAsync(file, content, 0, cancellationToken);
                if (mode != PutMode.ReplaceLazily)
                {
                    RandomAccess.FlushToDisk(file);
                }
            }

            Publish(temporary, path, mode, key);
        }
        finally
        {
            Remove(temporary);
        }

        return true;
    });

    public Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken = default) => GuardAsync($"Beginning the upload of {Describe(key)}", () =>
    {
        var id = Guid.NewGuid().ToString("N");
        CreateFile(PartsPath(key, id)).Dispose();
        CreateFile(JournalPath(key, id)).Dispose();
        Syscalls.FlushDirectory(UploadFolder(key));
        return id;
    });

    public Task<StoredPart> UploadPartAsync(string key, string uploadId, int number, ReadOnlyMemory<byte> content, string sha256, CancellationToken cancellationToken = default) => GuardUploadAsync($"Writing part {number} of {Describe(key)}", async () =>
    {
        using (var file = new PartsFile(PartsPath(key, uploadId), PartSize))
        {
            await file.WriteAsync(number, content, cancellationToken);
        }

        var part = new StoredPart(number, content.Length, sha256);
        UploadJournal.Append(JournalPath(key, uploadId), part);
        return part;
    });

    public Task<IReadOnlyList<StoredPart>?> ListPartsAsync(string key, string uploadId, CancellationToken cancellationToken = default) => GuardAsync<IReadOnlyList<StoredPart>?>($"Listing the parts of {Describe(key)}", async () =>
    {
        if (!File.Exists(JournalPath(key, uploadId)) || !File.Exists(PartsPath(key, uploadId)))
        {
            return null;
        }

        var parts = new List<StoredPart>();
        using var file = new PartsFile(PartsPath(key, uploadId), PartSize);
        var buffer = new byte[PartSize];
        foreach (var part in UploadJournal.Read(JournalPath(key, uploadId), PartSize))
        {
            if (await file.CheckAsync(part, buffer, cancellationToken) is { } there)
            {
                parts.Add(there);
            }
        }

        return parts;
    });

    public Task<ObjectInfo> CompleteUploadAsync(string key, string uploadId, IReadOnlyList<StoredPart> parts, bool createOnly = false, CancellationToken cancellationToken = default) => GuardUploadAsync($"Completing {Describe(key)}", async () =>
    {
        var (path, from) = (PathOf(key), PartsPath(key, uploadId));
        var size = parts.Sum(part => part.Size);
        if (!File.Exists(from))
        {
            // An attempt that died after the rename completed it.
            return new FileInfo(path) is { Exists: true } there && there.Length == size
                ? Info(key, there)
                : throw new StorageException(StorageFailure.Lost, $"The upload of {Describe(key)} is gone.");
        }

        var ordered = parts.OrderBy(part => part.Number).ToList();
        var whole = from;
        using (var file = new PartsFile(from, PartSize))
        {
            if (file.IsGapless(ordered))
            {
                file.Finish(size);
            }
            else
            {
                await file.JoinAsync(ordered, whole = JoinedPath(key, uploadId), cancellationToken);
            }
        }

        Publish(whole, path, createOnly ? PutMode.CreateOnly : PutMode.Replace, key);
        Forget(key, uploadId);
        return Info(key, new FileInfo(path));
    });

    public Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken = default) => GuardAsync($"Aborting the upload of {Describe(key)}", () =>
    {
        Forget(key, uploadId);
        RemoveEmptyFolders(Path.GetDirectoryName(PathOf(key))!);
        return true;
    });

    public async IAsyncEnumerable<UnfinishedUpload> ListUploadsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var journals = await GuardAsync($"Listing the uploads of {Describe(prefix)}", () => Directory
            .EnumerateFiles(_root, "*.journal", SearchOption.AllDirectories)
            .Where(path => Path.GetFileName(Path.GetDirectoryName(path)) == Uploads)
            .Order(StringComparer.Ordinal)
            .ToList());
        foreach (var journal in journals)
        {
            var name = Path.GetFileNameWithoutExtension(journal);
            var dot = name.LastIndexOf('.');
            var key = Path.GetRelativePath(_root, Path.Combine(Path.GetDirectoryName(journal)!, "..", name[..Math.Max(dot, 0)]));
            if (dot > 0 && key.StartsWith(prefix, StringComparison.Ordinal))
            {
                yield return new UnfinishedUpload(key, name[(dot + 1)..], new DateTimeOffset(File.GetCreationTimeUtc(journal), TimeSpan.Zero));
            }
        }
    }

    public Task<ObjectInfo> CopyAsync(string fromKey, string toKey, CancellationToken cancellationToken = default) => GuardAsync($"Copying {Describe(fromKey)} to {Describe(toKey)}", () =>
    {
        var path = PathOf(toKey);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            CreateFile(temporary).Dispose();

            // Shares the blocks or copies in the kernel where the file system can.
            File.Copy(PathOf(fromKey), temporary, overwrite: true);
            using (var file = File.OpenHandle(temporary, FileMode.Open, FileAccess.ReadWrite, Shared))
            {
                RandomAccess.FlushToDisk(file);
            }

            Publish(temporary, path, PutMode.Replace, toKey);
        }
        finally
        {
            Remove(temporary);
        }

        return Info(toKey, new FileInfo(path));
    });

    public Task DeleteAsync(string key, CancellationToken cancellationToken = default) => GuardAsync($"Deleting {Describe(key)}", () =>
    {
        var path = PathOf(key);
        if (!File.Exists(path))
        {
            return true;
        }

        Remove(path);
        RemoveEmptyFolders(Path.GetDirectoryName(path)!);
        return true;
    });

    public Task DeleteFolderAsync(string path, CancellationToken cancellationToken = default) => GuardAsync($"Deleting {Describe(path)}", () =>
    {
        var folder = new DirectoryInfo(PathOf(path));
        if (folder.LinkTarget is not null)
        {
            throw new StorageException(StorageFailure.Refused, $"{Describe(path)} is a symbolic link and no folder of a backup; it is left alone.");
        }

        if (folder.Exists)
        {
            // Does not follow links inside.
            folder.Delete(recursive: true);
        }

        RemoveEmptyFolders(Path.GetDirectoryName(folder.FullName)!);
        return true;
    });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Publish(string temporary, string path, PutMode mode, string key)
    {
        if (mode != PutMode.CreateOnly)
        {
            File.Move(temporary, path, overwrite: true);
        }
        else if (!Syscalls.TryRenameToNew(temporary, path))
        {
            throw new StorageException(StorageFailure.AlreadyExists, $"{Describe(key)} exists already.");
        }

        if (mode != PutMode.ReplaceLazily)
        {
            Syscalls.FlushDirectory(Path.GetDirectoryName(path)!);
        }
    }

    // Someone who deletes another backup may be removing the folder, because it is empty, at this very moment.
    private SafeFileHandle CreateFile(string path)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                EnsureFolder(Path.GetDirectoryName(path)!);
                return File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, Shared);
            }
            catch (IOException error) when (attempt < MostTries && (error is DirectoryNotFoundException || error.HResult == NotFoundError))
            {
            }
        }
    }

    private void Forget(string key, string uploadId)
    {
        Remove(JournalPath(key, uploadId));
        Remove(JoinedPath(key, uploadId));
        Remove(PartsPath(key, uploadId));
        RemoveIfEmpty(UploadFolder(key));
    }

    // Uploads that end at the same time remove the folder that they share.
    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    private void RemoveEmptyFolders(string from)
    {
        for (var folder = from; folder.Length > _root.Length && RemoveIfEmpty(folder); folder = Path.GetDirectoryName(folder)!)
        {
            // Upwards, as long as nothing is left behind.
        }
    }

    private void EnsureFolder(string folder)
    {
        var missing = new Stack<string>();
        for (var at = folder; at.Length > _root.Length && !Directory.Exists(at); at = Path.GetDirectoryName(at)!)
        {
            missing.Push(at);
        }

        foreach (var at in missing)
        {
            Directory.CreateDirectory(at);
            Syscalls.FlushDirectory(Path.GetDirectoryName(at)!);
        }
    }

    private static IEnumerable<string> Walk(string folder) => !Directory.Exists(folder)
        ? []
        : Directory.EnumerateFiles(folder)
            .Where(path => !path.EndsWith(".tmp", StringComparison.Ordinal))
            .Concat(Directory.EnumerateDirectories(folder).Where(path => Path.GetFileName(path) != Uploads).SelectMany(Walk));

    private static bool RemoveIfEmpty(string folder)
    {
        try
        {
            Directory.Delete(folder);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private string PathOf(string key)
    {
        if (key.Length == 0 || key.Split('/').Any(segment => segment is "" or "." or ".." or Uploads || segment.Contains('\0')))
        {
            throw new StorageException(StorageFailure.Refused, $"'{key}' is no name for an object.");
        }

        return Path.Combine(_root, key);
    }

    private string UploadFolder(string key) => Path.Combine(Path.GetDirectoryName(PathOf(key))!, Uploads);

    private string PartsPath(string key, string id) => Path.Combine(UploadFolder(key), $"{Path.GetFileName(key)}.{Guid.ParseExact(id, "N"):N}.parts");

    private string JournalPath(string key, string id) => Path.ChangeExtension(PartsPath(key, id), ".journal");

    private string JoinedPath(string key, string id) => Path.ChangeExtension(PartsPath(key, id), ".joined");

    private static ObjectInfo Info(string key, FileInfo file) =>
        new(key, file.Length, null, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero));

    private static Task<T> GuardAsync<T>(string what, Func<T> work) => GuardAsync(what, () => Task.FromResult(work()));

    // Where its files are gone, the upload is.
    private static async Task<T> GuardUploadAsync<T>(string what, Func<Task<T>> work)
    {
        try
        {
            return await GuardAsync(what, work);
        }
        catch (StorageException error) when (error.Failure == StorageFailure.NotFound)
        {
            throw VolumeErrors.Lost(error);
        }
    }

    private static async Task<T> GuardAsync<T>(string what, Func<Task<T>> work)
    {
        try
        {
            // Disks answer in their own time; the caller goes on with other work.
            return await Task.Run(work);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            throw VolumeErrors.Translate(error, what);
        }
    }
}
