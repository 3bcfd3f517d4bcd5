using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Pruning;

/// <summary>
/// Deletes backups. The manifest goes first: from then on what is left is no backup that somebody could take for a whole
/// one, and deleting it can be repeated at any time. A backup that another one in the storage refers to is refused.
/// </summary>
public sealed class ArchivePruner(IObjectStore store)
{
    // A store may find for a while what was deleted.
    private readonly HashSet<string> _deleted = new(StringComparer.Ordinal);

    /// <summary>Deletes as many as can go, those that build on others before those; each one by itself.</summary>
    /// <returns>A result for each request, in their order.</returns>
    /// <exception cref="StorageException">The storage cannot be listed; nothing is deleted then.</exception>
    public Task<IReadOnlyList<PruneResult>> PruneAsync(IReadOnlyList<PruneRequest> requests, CancellationToken cancellationToken = default) =>
        PruneAsync(requests, isDryRun: false, cancellationToken);

    /// <summary>Says what <see cref="PruneAsync(IReadOnlyList{PruneRequest}, CancellationToken)"/> would do now, and deletes nothing.</summary>
    public Task<IReadOnlyList<PruneResult>> RehearseAsync(IReadOnlyList<PruneRequest> requests, CancellationToken cancellationToken = default) =>
        PruneAsync(requests, isDryRun: true, cancellationToken);

    private async Task<IReadOnlyList<PruneResult>> PruneAsync(IReadOnlyList<PruneRequest> requests, bool isDryRun, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var survey = await StoreSurvey.TakeAsync(store, cancellationToken);
        var results = new Dictionary<PruneRequest, PruneResult>();
        for (var progress = true; progress;)
        {
            progress = false;
            foreach (var request in requests.Where(request => !results.ContainsKey(request) && survey.Needing(request.Path) is null))
            {
                results[request] = await TryPruneAsync(survey, request, isDryRun, cancellationToken);
                progress = true;
            }
        }

        return [.. requests.Select(request => results.GetValueOrDefault(request) ?? Needed(survey, request))];
    }

    /// <summary>
    /// Deletes folders without a manifest, and unfinished uploads, that nobody has written to for a while and no manifest
    /// refers to.
    /// </summary>
    /// <param name="prefix">Only below it; ends with a slash, or is empty for the whole storage.</param>
    /// <param name="inUse">Folders that are left alone.</param>
    /// <returns>The folders that are gone.</returns>
    public async Task<IReadOnlyList<string>> SweepAsync(string prefix, DateTimeOffset before, IReadOnlySet<string> inUse, CancellationToken cancellationToken = default)
    {
        var leftovers = await FindLeftoversAsync(prefix, before, inUse, cancellationToken);
        var gone = new List<string>();
        foreach (var path in leftovers.Folders)
        {
            if (!await HasUnlistedManifestAsync(path, cancellationToken))
            {
                await store.DeleteFolderAsync(path, cancellationToken);
                gone.Add(path);
            }
        }

        foreach (var upload in leftovers.Uploads)
        {
            await store.AbortUploadAsync(upload.Key, upload.UploadId, cancellationToken);
        }

        return gone;
    }

    /// <summary>What <see cref="SweepAsync"/> would delete; nothing where a manifest cannot be read.</summary>
    public async Task<StoredLeftovers> FindLeftoversAsync(string prefix, DateTimeOffset before, IReadOnlySet<string> inUse, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inUse);
        if (prefix.Length > 0 && !prefix.EndsWith('/'))
        {
            throw new ArgumentException("A prefix ends with a slash.", nameof(prefix));
        }

        var survey = await StoreSurvey.TakeAsync(store, cancellationToken);
        if (survey.Unreadable is not null)
        {
            return new StoredLeftovers([], []);
        }

        var uploads = new Dictionary<string, List<UnfinishedUpload>>(StringComparer.Ordinal);
        await foreach (var upload in store.ListUploadsAsync(prefix, cancellationToken))
        {
            if (StoredFolder.PathOf(upload.Key) is { } path)
            {
                (uploads.TryGetValue(path, out var known) ? known : uploads[path] = []).Add(upload);
            }
        }

        var old = survey.Folders
            .Where(folder => !folder.HasManifest && folder.ChangedAt < before && folder.Path.StartsWith(prefix, StringComparison.Ordinal))
            .Select(folder => folder.Path)
            .Where(path => !inUse.Contains(path) && survey.Needing(path) is null && survey.Below(path) is null)
            .Where(path => !uploads.TryGetValue(path, out var some) || some.All(upload => upload.StartedAt < before))
            .Order(StringComparer.Ordinal).ToList();

        // Where something was written lately somebody is at work, and that may be one of another cluster.
        var quiet = uploads.Where(folder => !inUse.Contains(folder.Key) && !old.Contains(folder.Key)
            && (survey.HasManifest(folder.Key) || survey.ChangedAt(folder.Key) is not { } at || at < before));
        return new StoredLeftovers(old, [.. quiet.SelectMany(folder => folder.Value).Where(upload => upload.StartedAt < before)]);
    }

    /// <summary>Folders without a manifest that were written to after a moment: a backup may be under way there, and build on any other.</summary>
    public async Task<IReadOnlyList<string>> FindRunningAsync(DateTimeOffset since, CancellationToken cancellationToken = default)
    {
        var survey = await StoreSurvey.TakeAsync(store, cancellationToken);
        return [.. survey.Folders
            .Where(folder => !folder.HasManifest && folder.ChangedAt > since && survey.Needing(folder.Path) is null)
            .Select(folder => folder.Path).Order(StringComparer.Ordinal)];
    }

    private async Task<PruneResult> TryPruneAsync(StoreSurvey survey, PruneRequest request, bool isDryRun, CancellationToken cancellationToken)
    {
        try
        {
            // Deletions take their time: somebody may have finished a backup meanwhile that builds on this one.
            await survey.RefreshAsync(cancellationToken);
            if (survey.Needing(request.Path) is not null)
            {
                return Needed(survey, request);
            }

            if (request.Unfinished && survey.HasManifest(request.Path))
            {
                return new PruneResult(request.Path, null);
            }

            if (await RefuseAsync(survey, request, cancellationToken) is { } reason)
            {
                return new PruneResult(request.Path, $"{store.Describe(request.Path)} is not deleted: {reason}", survey.HasManifest(request.Path));
            }

            if (!survey.HasManifest(request.Path) && await HasUnlistedManifestAsync(request.Path, cancellationToken))
            {
                throw new StorageException(
                    StorageFailure.Unavailable, $"{store.Describe(ArchiveFormat.ManifestKey(request.Path))} is there and was not listed; nothing of it is deleted until it is listed, or gone.");
            }

            if (isDryRun)
            {
                survey.Forget(request.Path);
                return new PruneResult(request.Path, null);
            }

            await store.DeleteAsync(ArchiveFormat.ManifestKey(request.Path), cancellationToken);
            survey.Deleted(request.Path);
            _deleted.Add(request.Path);
            await store.DeleteAsync(ArchiveFormat.DataKeyKey(request.Path), cancellationToken);
            await store.DeleteFolderAsync(request.Path, cancellationToken);
            return new PruneResult(request.Path, null);
        }
        catch (StorageException error)
        {
            return new PruneResult(request.Path, error.Message);
        }
    }

    // A list may be of a moment ago, and not show what has come since.
    private async Task<bool> HasUnlistedManifestAsync(string path, CancellationToken cancellationToken) =>
        !_deleted.Contains(path) && await store.FindAsync(ArchiveFormat.ManifestKey(path), cancellationToken) is not null;

    private async Task<string?> RefuseAsync(StoreSurvey survey, PruneRequest request, CancellationToken cancellationToken)
    {
        // What it is to be deleted for: a manifest that nobody can read may be of a newer format, and need any of these.
        if (survey.Unreadable is { } unknown)
        {
            return $"nobody knows what {store.Describe(unknown.Path)} needs: {unknown.Why} Delete that folder if it is of no use, or use a newer version";
        }

        if (survey.Below(request.Path) is { } below)
        {
            return $"{store.Describe(below)} lies below it; move one of them";
        }

        if (!survey.HasManifest(request.Path))
        {
            // An earlier attempt has begun, or it never was a whole backup.
            return null;
        }

        if (survey.IdAt(request.Path) != request.BackupId)
        {
            return $"it holds backup {survey.IdAt(request.Path)} and not {request.BackupId}; look at it, and delete the folder by hand if it is of no use";
        }

        if (request.ManifestDigest is not { } digest)
        {
            return null;
        }

        var there = await DigestAsync(request.Path, cancellationToken);
        return there == digest ? null : $"its manifest is {there} and not {digest} as recorded; look at it, and delete the folder by hand if it is of no use";
    }

    private async Task<string> DigestAsync(string path, CancellationToken cancellationToken)
    {
        var key = ArchiveFormat.ManifestKey(path);
        var found = await store.FindAsync(key, cancellationToken) ?? throw new StorageException(StorageFailure.NotFound, $"{store.Describe(key)} has just gone.");
        return await Task.Run(
            () =>
            {
                using var stream = new ObjectReadStream(store, key, found.Size, cancellationToken);
                stream.CopyTo(Stream.Null);
                return stream.Digest();
            },
            cancellationToken);
    }

    private PruneResult Needed(StoreSurvey survey, PruneRequest request) =>
        new(request.Path, $"{store.Describe(request.Path)} is not deleted: {store.Describe(survey.Needing(request.Path)!)} builds on it", survey.HasManifest(request.Path));
}
