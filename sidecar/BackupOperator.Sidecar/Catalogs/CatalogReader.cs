using BackupOperator.Archive;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Sidecar.Catalogs;

/// <summary>Reads the backups of one database out of a storage that others may share.</summary>
/// <param name="store">Null where nothing was ever stored.</param>
/// <param name="prefix">Where backups of the database lie; an unreadable manifest elsewhere is somebody else's. Null: it may be anybody's.</param>
public sealed class CatalogReader(IObjectStore? store, string @namespace, string statefulSet, string? prefix)
{
    private const int AtOnce = 4;
    private const int LongestProblem = 500;

    /// <summary>Reads folders until a page is full, some at a time; others' backups cost a look and no room.</summary>
    /// <param name="paths">All folders with a manifest, in order.</param>
    /// <param name="after">The last folder of the page before; null for the first page.</param>
    public async Task<CatalogPage> ReadPageAsync(IReadOnlyList<string> paths, long session, int number, string? after, CancellationToken cancellationToken)
    {
        var rest = paths.SkipWhile(path => after is not null && string.CompareOrdinal(path, after) <= 0).ToList();
        List<CatalogBackup> backups = [];
        List<CatalogProblem> problems = [];
        var (size, done) = (0, 0);
        while (done < rest.Count && size < CatalogPage.Longest && backups.Count + problems.Count <= CatalogPage.MostBackups - AtOnce)
        {
            foreach (var (backup, problem) in await Task.WhenAll(rest.Skip(done).Take(AtOnce).Select(path => ReadAsync(path, cancellationToken))))
            {
                done++;
                if (backup is not null)
                {
                    backups.Add(backup);
                    size += 2000 + (backup.Result.GtidExecuted?.Length ?? 0);
                }
                else if (problem is not null)
                {
                    problems.Add(problem);
                    size += 2000;
                }
            }
        }

        return new CatalogPage
        {
            Session = session,
            Number = number,
            After = done == 0 ? after ?? "" : rest[done - 1],
            Last = done == rest.Count,
            Backups = backups,
            Problems = problems,
        };
    }

    private async Task<(CatalogBackup? Backup, CatalogProblem? Problem)> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var isOurs = prefix is null || path.StartsWith(prefix, StringComparison.Ordinal);
        try
        {
            if (ArchivePath.Refuse(path) is { } reason)
            {
                return (null, isOurs ? Problem(path, $"its path {reason}") : null);
            }

            var archive = await ArchiveReader.OpenAsync(store!, path, null, cancellationToken);
            var facts = archive.Header.Facts;
            isOurs = facts.Namespace == @namespace && facts.StatefulSet == statefulSet;
            return isOurs ? (Describe(archive, await ArchiveInspector.InspectAsync(archive, cancellationToken)), null) : default;
        }
        catch (CorruptArchiveException error)
        {
            return (null, isOurs ? Problem(path, error.Message) : null);
        }
        catch (StorageException error) when (error.Failure == StorageFailure.NotFound)
        {
            // Someone else has deleted it meanwhile.
            return default;
        }
    }

    private static CatalogProblem Problem(string path, string message) =>
        new(path.Length > LongestProblem ? path[..LongestProblem] : path, message.Length > LongestProblem ? message[..LongestProblem] + "…" : message);

    private static CatalogBackup Describe(ArchiveReader archive, string digest)
    {
        var (header, facts) = (archive.Header, archive.Header.Facts);
        return new CatalogBackup
        {
            Path = archive.Path,
            Name = facts.Resource,
            Schedule = facts.Schedule,
            Pod = facts.Pod,
            Claim = facts.Claim,
            Encrypted = header.IsEncrypted,
            StartedAt = header.StartedAt,
            FinishedAt = header.FinishedAt,
            Result = new BackupResult
            {
                BackupId = header.BackupId,
                Location = archive.Store.Describe(archive.Path),
                Type = header.Type,
                ParentId = header.Parent?.BackupId,
                ManifestDigest = digest,
                LogicalBytes = header.Totals.LogicalBytes,
                StoredBytes = header.StoredBytes,
                BlocksTotal = header.Totals.Blocks,
                BlocksReused = header.BlocksReused,
                Files = header.Totals.Files,
                ServerFlavour = facts.ServerFlavour,
                ServerVersion = facts.ServerVersion,
                BinlogFile = facts.BinlogFile,
                BinlogPosition = facts.BinlogPosition,
                GtidExecuted = facts.GtidExecuted,
                ReadAt = header.ReadAt,
            },
        };
    }
}
