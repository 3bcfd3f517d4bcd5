using System.Runtime.CompilerServices;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Reading;

/// <summary>What lies below a prefix of a store.</summary>
public static class ArchiveCatalog
{
    private const string Manifest = "/manifest.json.zst";
    private const string Token = "/run.json.zst";

    /// <summary>The folders of all backups, in the order of their names; nothing is read.</summary>
    public static async Task<IReadOnlyList<string>> PathsAsync(IObjectStore store, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var paths = new List<string>();
        await foreach (var found in store.ListAsync("", cancellationToken))
        {
            if (found.Key.EndsWith(Manifest, StringComparison.Ordinal))
            {
                paths.Add(found.Key[..^Manifest.Length]);
            }
        }

        paths.Sort(StringComparer.Ordinal);
        return paths;
    }

    /// <summary>Finds backups by their manifests, and unfinished ones by their tokens, in the order of their paths.</summary>
    public static async IAsyncEnumerable<CatalogEntry> ListAsync(IObjectStore store, string prefix = "", [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        await foreach (var found in store.ListAsync(prefix, cancellationToken))
        {
            if (found.Key.EndsWith(Token, StringComparison.Ordinal))
            {
                var path = found.Key[..^Token.Length];
                if (await store.FindAsync(ArchiveFormat.ManifestKey(path), cancellationToken) is null)
                {
                    yield return new CatalogEntry(path, null, "unfinished");
                }
            }
            else if (found.Key.EndsWith(Manifest, StringComparison.Ordinal))
            {
                var path = found.Key[..^Manifest.Length];
                CatalogEntry entry;
                try
                {
                    entry = new CatalogEntry(path, await ArchiveReader.OpenAsync(store, path, null, cancellationToken), null);
                }
                catch (CorruptArchiveException error)
                {
                    entry = new CatalogEntry(path, null, error.Message);
                }

                yield return entry;
            }
        }
    }
}

/// <param name="Archive">Null where there is no backup that can be read; <paramref name="Problem"/> says why.</param>
public sealed record CatalogEntry(string Path, ArchiveReader? Archive, string? Problem);
