using System.Runtime.CompilerServices;
using BackupOperator.Archive.Native;
using static BackupOperator.Archive.Storage.Volumes.VolumeErrors;

namespace BackupOperator.Archive.Storage.Volumes;

/// <summary>
/// Uploads in parts: each is one hidden file that the parts are written into at their offsets, with a journal of finished
/// parts beside it; completing it gives the file its name.
/// </summary>
internal sealed class VolumeUploads(VolumeFolder folder, int partSize)
{
    private const string Journal = ".journal";

    public Task<string> BeginAsync(string key) => GuardAsync($"Beginning the upload of {folder.Describe(key)}", () =>
    {
        var id = Guid.NewGuid().ToString("N");
        folder.Create(PartsPath(key, id)).Dispose();
        folder.Create(JournalPath(key, id)).Dispose();
        Syscalls.FlushDirectory(FolderFor(key));
        return id;
    });

    public Task<StoredPart> WriteAsync(string key, string uploadId, int number, ReadOnlyMemory<byte> content, string sha256, CancellationToken cancellationToken) => GuardUploadAsync($"Writing part {number} of {folder.Describe(key)}", async () =>
    {
        using (var file = new PartsFile(PartsPath(key, uploadId), partSize))
        {
            await file.WriteAsync(number, content, cancellationToken);
        }

        var part = new StoredPart(number, content.Length, sha256);
        UploadJournal.Append(JournalPath(key, uploadId), part);
        return part;
    });

    public Task<IReadOnlyList<StoredPart>?> PartsAsync(string key, string uploadId, CancellationToken cancellationToken) => GuardAsync<IReadOnlyList<StoredPart>?>($"Listing the parts of {folder.Describe(key)}", async () =>
    {
        if (!VolumeFolder.HasFile(JournalPath(key, uploadId)) || !VolumeFolder.HasFile(PartsPath(key, uploadId)))
        {
            return null;
        }

        var parts = new List<StoredPart>();
        using var file = new PartsFile(PartsPath(key, uploadId), partSize);
        var buffer = new byte[partSize];
        foreach (var part in UploadJournal.Read(JournalPath(key, uploadId), partSize))
        {
            if (await file.CheckAsync(part, buffer, cancellationToken) is { } there)
            {
                parts.Add(there);
            }
        }

        return parts;
    });

    public Task<ObjectInfo> CompleteAsync(string key, string uploadId, IReadOnlyList<StoredPart> parts, bool createOnly, CancellationToken cancellationToken) => GuardUploadAsync($"Completing {folder.Describe(key)}", async () =>
    {
        var (path, from) = (folder.PathOf(key), PartsPath(key, uploadId));
        var size = parts.Sum(part => part.Size);
        if (!VolumeFolder.HasFile(from))
        {
            // An attempt that died after the rename completed it.
            return VolumeObjects.Find(key, path) is { } there && there.Size == size
                ? there
                : throw new StorageException(StorageFailure.Lost, $"The upload of {folder.Describe(key)} is gone.");
        }

        var ordered = parts.OrderBy(part => part.Number).ToList();
        var whole = from;
        using (var file = new PartsFile(from, partSize))
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

        folder.Publish(whole, path, createOnly ? PutMode.CreateOnly : PutMode.Replace, key);
        Forget(key, uploadId);
        return VolumeObjects.Get(key, path);
    });

    public Task AbortAsync(string key, string uploadId) => GuardAsync($"Aborting the upload of {folder.Describe(key)}", () =>
    {
        Forget(key, uploadId);
        folder.RemoveEmptyFolders(Path.GetDirectoryName(folder.PathOf(key))!);
        return true;
    });

    public async IAsyncEnumerable<UnfinishedUpload> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // From the folder of the prefix on: what lies beside it is somebody else's, and may be none of this user's business.
        var journals = await GuardAsync($"Listing the uploads of {folder.Describe(prefix)}", () => VolumeWalk
            .Files(folder.Root, folder.FolderOf(prefix), uploads: true)
            .Where(file => file.Path.EndsWith(Journal, StringComparison.Ordinal))
            .OrderBy(file => file.Path, StringComparer.Ordinal)
            .ToList());
        foreach (var (journal, stat) in journals)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var name = Path.GetFileNameWithoutExtension(journal);
            var dot = name.LastIndexOf('.');
            var key = folder.KeyOf(Path.Combine(Path.GetDirectoryName(journal)!, "..", name[..Math.Max(dot, 0)]));
            if (dot > 0 && key.StartsWith(prefix, StringComparison.Ordinal))
            {
                yield return new UnfinishedUpload(key, name[(dot + 1)..], VolumeObjects.Time(Math.Min(stat.ModifiedNs, stat.ChangedNs)));
            }
        }
    }

    // Where its files are gone, the upload is.
    private static async Task<T> GuardUploadAsync<T>(string what, Func<Task<T>> work)
    {
        try
        {
            return await GuardAsync(what, work);
        }
        catch (StorageException error) when (error.Failure == StorageFailure.NotFound)
        {
            throw Lost(error);
        }
    }

    private void Forget(string key, string uploadId)
    {
        VolumeFolder.Remove(JournalPath(key, uploadId));
        VolumeFolder.Remove(JoinedPath(key, uploadId));
        VolumeFolder.Remove(PartsPath(key, uploadId));
        VolumeFolder.RemoveIfEmpty(FolderFor(key));
    }

    private string FolderFor(string key) => Path.Combine(Path.GetDirectoryName(folder.PathOf(key))!, VolumeWalk.Uploads);

    private string PartsPath(string key, string id) => Path.Combine(FolderFor(key), $"{Path.GetFileName(key)}.{Guid.ParseExact(id, "N"):N}.parts");

    private string JournalPath(string key, string id) => Path.ChangeExtension(PartsPath(key, id), Journal);

    private string JoinedPath(string key, string id) => Path.ChangeExtension(PartsPath(key, id), ".joined");
}
