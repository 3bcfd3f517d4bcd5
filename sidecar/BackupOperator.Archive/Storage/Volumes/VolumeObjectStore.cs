using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using BackupOperator.Archive.Native;

namespace BackupOperator.Archive.Storage.Volumes;

/// <summary>
/// A folder, such as a mounted claim. An upload in parts is one hidden file that the parts are written into at their
/// offsets, with a journal of finished parts beside it; completing it gives the file its name.
/// </summary>
public sealed class VolumeObjectStore : IObjectStore
{
    private const string Uploads = ".uploads";
    private readonly string _root;

    /// <exception cref="StorageException">There is no such folder.</exception>
    /// <remarks>One part at a time: a disk gains nothing from more, and parts have no gaps between them.</remarks>
    public VolumeObjectStore(string root, int partSize = 16 << 20)
    {
        _root = Path.GetFullPath(root);
        PartSize = partSize;
        if (!Directory.Exists(_root))
        {
            throw new StorageException(StorageFailure.BucketNotFound, $"There is no folder {_root} for backups; create it, or mount the claim there.");
        }
    }

    public int PartSize { get; }

    public int Concurrency => 1;

    public long? AvailableBytes => FileSystems.AvailableBytes(_root);

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
        using var file = File.OpenHandle(PathOf(key), options: FileOptions.Asynchronous);
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

    public Task PutAsync(string key, ReadOnlyMemory<byte> content, bool createOnly = false, CancellationToken cancellationToken = default) => GuardAsync($"Writing {Describe(key)}", async () =>
    {
        var path = PathOf(key);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        EnsureFolder(Path.GetDirectoryName(path)!);
        try
        {
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                await RandomAccess.WriteAsync(file, content, 0, cancellationToken);
                RandomAccess.FlushToDisk(file);
            }

            Publish(temporary, path, createOnly, key);
        }
        finally
        {
            File.Delete(temporary);
        }

        return true;
    });

    public Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken = default) => GuardAsync($"Beginning the upload of {Describe(key)}", () =>
    {
        var id = Guid.NewGuid().ToString("N");
        EnsureFolder(UploadFolder(key));
        using (File.OpenHandle(PartsFile(key, id), FileMode.CreateNew, FileAccess.Write))
        {
        }

        UploadJournal.Create(JournalFile(key, id));
        Syscalls.FlushDirectory(UploadFolder(key));
        return id;
    });

    public Task<StoredPart> UploadPartAsync(string key, string uploadId, int number, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) => GuardAsync($"Writing part {number} of {Describe(key)}", async () =>
    {
        using (var file = File.OpenHandle(PartsFile(key, uploadId), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            await RandomAccess.WriteAsync(file, content, (number - 1L) * PartSize, cancellationToken);
            RandomAccess.FlushToDisk(file);
        }

        var part = new StoredPart(number, content.Length, PartChecksum(content.Span));
        UploadJournal.Append(JournalFile(key, uploadId), part);
        return part;
    });

    public Task<IReadOnlyList<StoredPart>?> ListPartsAsync(string key, string uploadId, CancellationToken cancellationToken = default) => GuardAsync<IReadOnlyList<StoredPart>?>($"Listing the parts of {Describe(key)}", async () =>
    {
        if (!File.Exists(JournalFile(key, uploadId)) || !File.Exists(PartsFile(key, uploadId)))
        {
            return null;
        }

        // A part counts as what the file holds now, not as what the journal once said.
        var parts = new List<StoredPart>();
        using var file = File.OpenHandle(PartsFile(key, uploadId), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var buffer = new byte[PartSize];
        foreach (var part in UploadJournal.Read(JournalFile(key, uploadId), PartSize))
        {
            var read = 0;
            int more;
            while (read < part.Size && (more = await RandomAccess.ReadAsync(file, buffer.AsMemory(read, (int)part.Size - read), ((part.Number - 1L) * PartSize) + read, cancellationToken)) > 0)
            {
                read += more;
            }

            parts.Add(part with { Size = read, ETag = PartChecksum(buffer.AsSpan(0, read)) });
        }

        return parts;
    });

    public Task CompleteUploadAsync(string key, string uploadId, IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken = default) => GuardAsync($"Completing {Describe(key)}", () =>
    {
        var size = parts.Sum(part => part.Size);
        if (!File.Exists(PartsFile(key, uploadId)))
        {
            // An attempt that died after the rename completed it.
            return File.Exists(PathOf(key)) && new FileInfo(PathOf(key)).Length == size
                ? true
                : throw new StorageException(StorageFailure.NotFound, $"The upload of {Describe(key)} is gone.");
        }

        using (var file = File.OpenHandle(PartsFile(key, uploadId), FileMode.Open, FileAccess.ReadWrite))
        {
            if (RandomAccess.GetLength(file) < size)
            {
                throw new StorageException(StorageFailure.NotFound, $"The upload of {Describe(key)} lacks parts.");
            }

            RandomAccess.SetLength(file, size);
            RandomAccess.FlushToDisk(file);
        }

        EnsureFolder(Path.GetDirectoryName(PathOf(key))!);
        Publish(PartsFile(key, uploadId), PathOf(key), createOnly: false, key);
        File.Delete(JournalFile(key, uploadId));
        RemoveIfEmpty(UploadFolder(key));
        return true;
    });

    public Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken = default) => GuardAsync($"Aborting the upload of {Describe(key)}", () =>
    {
        if (Directory.Exists(UploadFolder(key)))
        {
            File.Delete(PartsFile(key, uploadId));
            File.Delete(JournalFile(key, uploadId));
            RemoveIfEmpty(UploadFolder(key));
        }

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

    public Task DeleteAsync(string key, CancellationToken cancellationToken = default) => GuardAsync($"Deleting {Describe(key)}", () =>
    {
        var path = PathOf(key);
        if (!File.Exists(path))
        {
            return true;
        }

        File.Delete(path);
        for (var folder = Path.GetDirectoryName(path)!; folder.Length > _root.Length && RemoveIfEmpty(folder); folder = Path.GetDirectoryName(folder)!)
        {
            // Upwards, as long as the deletion left nothing behind.
        }

        return true;
    });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Publish(string temporary, string path, bool createOnly, string key)
    {
        if (!createOnly)
        {
            File.Move(temporary, path, overwrite: true);
        }
        else if (!Syscalls.TryLink(temporary, path))
        {
            throw new StorageException(StorageFailure.AlreadyExists, $"{Describe(key)} exists already.");
        }

        Syscalls.FlushDirectory(Path.GetDirectoryName(path)!);
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
        if (key.Length == 0 || key.Split('/').Any(segment => segment is "" or "." or ".." || segment.Contains('\0')))
        {
            throw new StorageException(StorageFailure.Refused, $"'{key}' is no name for an object.");
        }

        return Path.Combine(_root, key);
    }

    private string UploadFolder(string key) => Path.Combine(Path.GetDirectoryName(PathOf(key))!, Uploads);

    private string PartsFile(string key, string id) => Path.Combine(UploadFolder(key), $"{Path.GetFileName(key)}.{Guid.ParseExact(id, "N"):N}.parts");

    private string JournalFile(string key, string id) => Path.ChangeExtension(PartsFile(key, id), ".journal");

    private static ObjectInfo Info(string key, FileInfo file) =>
        new(key, file.Length, null, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero));

    public bool TellsPartChecksums => true;

    public string PartChecksum(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static Task<T> GuardAsync<T>(string what, Func<T> work) => GuardAsync(what, () => Task.FromResult(work()));

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
