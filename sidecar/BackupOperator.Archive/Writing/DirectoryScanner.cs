using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Native;

namespace BackupOperator.Archive.Writing;

/// <summary>Lists a data directory.</summary>
internal static class DirectoryScanner
{
    /// <summary>All entries, in the order of their paths.</summary>
    public static List<SourceEntry> Scan(string root, string? serverRoot, IReadOnlyList<string> excluded, bool isLive)
    {
        var entries = new List<SourceEntry>();
        Walk(root, serverRoot, excluded, isLive, entries.Add);
        entries.Sort(static (a, b) => ArchivePath.Compare(a.Path, b.Path));
        return entries;
    }

    /// <summary>Looks at the entries one after the other, in any order.</summary>
    /// <param name="serverRoot">The data directory as the server sees it; null where that is the same.</param>
    /// <param name="isLive">Files may come and go meanwhile.</param>
    /// <exception cref="DataDirectoryException">There is none, or it holds what cannot be backed up.</exception>
    public static void Walk(string root, string? serverRoot, IReadOnlyList<string> excluded, bool isLive, Action<SourceEntry> found)
    {
        if (!Directory.Exists(root))
        {
            throw new DataDirectoryException($"There is no data directory {root}.");
        }

        try
        {
            Walk(root, serverRoot, "", excluded, isLive, found);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataDirectoryException($"The data directory {root} cannot be listed: {error.Message}", error);
        }
    }

    private static void Walk(string root, string? serverRoot, string prefix, IReadOnlyList<string> excluded, bool isLive, Action<SourceEntry> found)
    {
        foreach (var fullPath in Names(Path.Combine(root, prefix), isLive && prefix.Length > 0))
        {
            var name = Path.GetFileName(fullPath);
            var path = prefix.Length == 0 ? name : $"{prefix}/{name}";

            // .NET puts U+FFFD where a name is no UTF-8, and then finds no such file.
            if (ArchivePath.Refuse(path) is not null || name.Contains('\uFFFD', StringComparison.Ordinal))
            {
                throw new DataDirectoryException($"The name of {fullPath} is no valid text and cannot be stored. Rename the file, or move it away.");
            }

            if (FileStat.TryRead(fullPath) is not { } stat)
            {
                if (isLive)
                {
                    continue;
                }

                throw new DataDirectoryException($"{fullPath} went away while the server was stopped; something else works in this data directory.");
            }

            if (Exclusions.Matches(excluded, path, stat.Kind == EntryKind.Directory))
            {
                continue;
            }

            switch (stat.Kind)
            {
                case EntryKind.File:
                    LinkFile.Refuse(fullPath, serverRoot ?? root);
                    found(new SourceEntry(path, ManifestEntryKind.File, stat, null));
                    break;
                case EntryKind.Directory:
                    found(new SourceEntry(path, ManifestEntryKind.Directory, stat, null));
                    Walk(root, serverRoot, path, excluded, isLive, found);
                    break;
                case EntryKind.Link:
                    found(new SourceEntry(path, ManifestEntryKind.Link, stat, ReadLink(fullPath, path)));
                    break;
                default:
                    // Sockets and pipes are of a process, not of the data.
                    break;
            }
        }
    }

    private static IEnumerable<string> Names(string folder, bool mayBeGone)
    {
        try
        {
            // This opens the folder; from then on it may go away.
            return Directory.EnumerateFileSystemEntries(folder);
        }
        catch (DirectoryNotFoundException) when (mayBeGone)
        {
            return [];
        }
    }

    private static string ReadLink(string fullPath, string path)
    {
        var target = new FileInfo(fullPath).LinkTarget ?? "";
        return LinkTarget.Refuse(path, target) is { } reason
            ? throw new DataDirectoryException(
                $"The link {fullPath} {reason} ({target}); what it stands for would be missing in the backup. Move that data into the data directory, or remove the link if nothing needs it.")
            : target;
    }
}
