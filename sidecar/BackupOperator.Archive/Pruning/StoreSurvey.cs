using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Pruning;

/// <summary>
/// What lies in a storage, and what needs what, as the manifests themselves tell: independent of whoever asks for
/// something to be deleted.
/// </summary>
internal sealed class StoreSurvey(IObjectStore store)
{
    private const int AsksAtOnce = 8;

    // By the path of a backup: the folders that its manifest refers to beside its own.
    private readonly Dictionary<string, IReadOnlySet<string>> _needs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoredFolder> _folders = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _unreadable = new(StringComparer.Ordinal);
    private readonly HashSet<string> _deleted = new(StringComparer.Ordinal);
    private bool _isOld = true;

    public IEnumerable<StoredFolder> Folders => _folders.Values;

    /// <summary>A manifest that cannot be read, and why: nobody knows what it needs. Null where all can.</summary>
    public (string Path, string Why)? Unreadable => _unreadable.Count == 0 ? null : (_unreadable.First().Key, _unreadable.First().Value);

    public static async Task<StoreSurvey> TakeAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        var survey = new StoreSurvey(store);
        await survey.RefreshAsync(cancellationToken);
        return survey;
    }

    /// <summary>
    /// Looks for what has come, if something was deleted since it looked last. What was known before is not forgotten: at
    /// worst too much stays.
    /// </summary>
    /// <exception cref="StorageException">The storage cannot be listed, or does not find a manifest that it lists.</exception>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        if (!_isOld)
        {
            return;
        }

        await foreach (var found in store.ListAsync("", cancellationToken))
        {
            Add(found);
        }

        var unread = _folders.Values.Where(folder => folder.HasManifest && !_ids.ContainsKey(folder.Path) && !_unreadable.ContainsKey(folder.Path)).ToList();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AsksAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(unread, parallel, async (folder, token) => await ReadAsync(folder, token));
        _isOld = false;
    }

    public bool HasManifest(string path) => _folders.TryGetValue(path, out var folder) && folder.HasManifest;

    public bool IsReadable(string path) => _ids.ContainsKey(path);

    public string? IdAt(string path) => _ids.GetValueOrDefault(path);

    /// <summary>When something was written to a folder last; null where that is not known.</summary>
    public DateTimeOffset? ChangedAt(string path) => _folders.GetValueOrDefault(path)?.ChangedAt;

    /// <summary>A backup whose manifest refers to this folder; null where there is none.</summary>
    public string? Needing(string path) =>
        _needs.Where(other => other.Key != path && other.Value.Contains(path)).Select(other => other.Key).Order(StringComparer.Ordinal).FirstOrDefault();

    /// <summary>Another folder that lies below this one: deleting one would delete both.</summary>
    public string? Below(string path) => _folders.Keys.Where(other => other.StartsWith(path + "/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).FirstOrDefault();

    /// <summary>Its manifest was deleted.</summary>
    public void Deleted(string path)
    {
        Forget(path);
        _deleted.Add(path);
        _isOld = true;
    }

    /// <summary>As if it were not there.</summary>
    public void Forget(string path)
    {
        _needs.Remove(path);
        _ids.Remove(path);
        _folders.Remove(path);
    }

    // A manifest names folders from where its storage began, and that may be a folder of the one that is looked at here.
    private static IEnumerable<string> RootsOf(string path)
    {
        yield return "";
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            yield return path[..(slash + 1)];
        }
    }

    // Or it began above the one that is looked at: from here the first folders of a name are not seen.
    private static IEnumerable<string> TailsOf(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            yield return path[(slash + 1)..];
        }
    }

    private void Add(ObjectInfo found)
    {
        if (StoredFolder.PathOf(found.Key) is not { } path)
        {
            return;
        }

        if (!_folders.TryGetValue(path, out var folder))
        {
            _folders.Add(path, folder = new StoredFolder(path));
        }

        // A list may be of a moment ago, and show what was deleted since.
        folder.HasManifest |= found.Key == ArchiveFormat.ManifestKey(path) && !_deleted.Contains(path);
        folder.ChangedAt = folder.ChangedAt is { } known && (found.ModifiedAt is not { } at || at < known) ? known : found.ModifiedAt;
    }

    private async Task ReadAsync(StoredFolder folder, CancellationToken cancellationToken)
    {
        try
        {
            var archive = await ArchiveReader.OpenAsync(store, folder.Path, null, cancellationToken);
            var named = archive.Packs.Select(pack => pack.Path).ToHashSet(StringComparer.Ordinal);
            if (archive.Header.Parent is { } parent)
            {
                // Its manifest and tables are what the next one would compare with; its packs are named above.
                named.Add(parent.Path);
            }

            var needs = RootsOf(folder.Path).SelectMany(root => named.Select(path => root + path)).Concat(named.SelectMany(TailsOf))
                .Where(path => path != folder.Path).ToHashSet(StringComparer.Ordinal);

            lock (_needs)
            {
                _needs[folder.Path] = needs;
                _ids[folder.Path] = archive.Header.BackupId;
            }
        }
        catch (CorruptArchiveException error)
        {
            lock (_needs)
            {
                _unreadable[folder.Path] = error.Message;
            }
        }
        catch (StorageException error) when (error.Failure == StorageFailure.NotFound)
        {
            var key = ArchiveFormat.ManifestKey(folder.Path);
            if (await store.ListAsync(key, cancellationToken).AnyAsync(found => found.Key == key, cancellationToken))
            {
                throw new StorageException(
                    StorageFailure.Unavailable, $"{store.Describe(key)} is listed and not found, so nobody knows what it needs. Nothing is deleted until it can be read, or is not listed any more.", error);
            }

            // Someone else has deleted it meanwhile.
            lock (_needs)
            {
                folder.HasManifest = false;
            }
        }
    }
}
