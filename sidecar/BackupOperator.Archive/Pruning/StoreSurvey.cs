using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Pruning;

/// <summary>
/// What lies in a storage, and what needs what, as the manifests themselves tell: independent of whoever asks for
/// something to be deleted.
/// </summary>
internal sealed class StoreSurvey
{
    private const int AsksAtOnce = 8;

    // By the path of a backup: the folders that its manifest refers to beside its own.
    private readonly Dictionary<string, IReadOnlySet<string>> _needs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoredFolder> _folders = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _unreadable = new(StringComparer.Ordinal);

    private StoreSurvey()
    {
    }

    public IEnumerable<StoredFolder> Folders => _folders.Values;

    /// <summary>A manifest that cannot be read, and why: nobody knows what it needs. Null where all can.</summary>
    public (string Path, string Why)? Unreadable => _unreadable.Count == 0 ? null : (_unreadable.First().Key, _unreadable.First().Value);

    public static async Task<StoreSurvey> TakeAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        var survey = new StoreSurvey();
        await foreach (var found in store.ListAsync("", cancellationToken))
        {
            survey.Add(found);
        }

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AsksAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(survey._folders.Values.Where(folder => folder.HasManifest).ToList(), parallel, async (folder, token) => await survey.ReadAsync(store, folder, token));
        return survey;
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

    /// <summary>It has no manifest any more.</summary>
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

        folder.HasManifest |= found.Key == ArchiveFormat.ManifestKey(path);
        folder.ChangedAt = folder.ChangedAt is { } known && (found.ModifiedAt is not { } at || at < known) ? known : found.ModifiedAt;
    }

    private async Task ReadAsync(IObjectStore store, StoredFolder folder, CancellationToken cancellationToken)
    {
        try
        {
            var archive = await ArchiveReader.OpenAsync(store, folder.Path, null, cancellationToken);
            var named = archive.Packs.Select(pack => pack.Path);
            if (archive.Header.Parent is { } parent)
            {
                // Its manifest and tables are what the next one would compare with; its packs are named above.
                named = named.Append(parent.Path);
            }

            var needs = RootsOf(folder.Path).SelectMany(root => named.Distinct(StringComparer.Ordinal).Select(path => root + path))
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
            // Someone else has deleted it meanwhile.
            lock (_needs)
            {
                folder.HasManifest = false;
            }
        }
    }
}
