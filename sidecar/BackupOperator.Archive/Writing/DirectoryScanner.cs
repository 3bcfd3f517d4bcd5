using System.IO.Enumeration;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Native;

namespace BackupOperator.Archive.Writing;

/// <summary>Lists a data directory.</summary>
internal static class DirectoryScanner
{
    private static readonly EnumerationOptions All = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    /// <summary>All entries, in the order of their paths.</summary>
    public static EntryLog Scan(string root, string? serverRoot, IReadOnlyList<string> excluded, bool isLive)
    {
        var entries = new EntryLog();
        Walk(root, serverRoot, excluded, isLive, entries.Add);
        return entries;
    }

    /// <summary>Looks at the entries one after the other, in the order of their paths.</summary>
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

    /// <summary>The names of a folder in their order, each once: one that goes and comes again meanwhile may be listed twice.</summary>
    internal static IEnumerable<string> InOrder(IEnumerable<string> listed)
    {
        List<string> names = [.. listed];
        names.Sort(ArchivePath.Compare);
        return names.Where((name, at) => at == 0 || name != names[at - 1]);
    }

    private static void Walk(string root, string? serverRoot, string prefix, IReadOnlyList<string> excluded, bool isLive, Action<SourceEntry> found)
    {
        // What is in a folder comes behind the names that go on with what is before a slash: a, a.b, a/c.
        var folders = new Stack<string>();
        foreach (var name in Names(Path.Combine(root, prefix), isLive && prefix.Length > 0))
        {
            var path = prefix.Length == 0 ? name : $"{prefix}/{name}";
            var fullPath = Path.Combine(root, path);
            while (folders.TryPeek(out var before) && ArchivePath.Compare($"{before}/", path) < 0)
            {
                Walk(root, serverRoot, folders.Pop(), excluded, isLive, found);
            }

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
                    folders.Push(path);
                    break;
                case EntryKind.Link:
                    found(new SourceEntry(path, ManifestEntryKind.Link, stat, ReadLink(fullPath, path)));
                    break;
                default:
                    // Sockets and pipes are of a process, not of the data.
                    break;
            }
        }

        while (folders.TryPop(out var last))
        {
            Walk(root, serverRoot, last, excluded, isLive, found);
        }
    }

    private static IEnumerable<string> Names(string folder, bool mayBeGone)
    {
        FileSystemEnumerable<string> all;
        try
        {
            // This opens the folder; from then on it may go away.
            all = new FileSystemEnumerable<string>(folder, static (ref entry) => entry.FileName.ToString(), All);
        }
        catch (DirectoryNotFoundException) when (mayBeGone)
        {
            return [];
        }

        return InOrder(all);
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
