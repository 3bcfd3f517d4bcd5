using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Native;

namespace BackupOperator.Archive.Reading;

/// <summary>
/// The folder that a backup is restored into: new, empty, or begun by an attempt before this one. A marker in it tells,
/// as long as it is unfinished; folders whose own name is reserved are always taken for this software's.
/// </summary>
internal sealed class TargetFolder(string path)
{
    private const string MarkerName = $"{ArchiveFormat.ReservedPrefix}restoring";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _root = System.IO.Path.GetFullPath(path);

    public string Path => _root;

    /// <summary>Whether something is in it already.</summary>
    public bool HasContent => Directory.Exists(_root) && Directory.EnumerateFileSystemEntries(_root).Any();

    private string Marker => System.IO.Path.Combine(_root, MarkerName);

    public string FullPath(string entry) => System.IO.Path.Combine(_root, entry);

    /// <summary>What the file system has left, and what would become free.</summary>
    public long AvailableBytes()
    {
        var folder = _root;
        while (!Directory.Exists(folder))
        {
            folder = System.IO.Path.GetDirectoryName(folder) ?? "/";
        }

        return FileSystems.AvailableBytes(folder) + (Directory.Exists(_root) ? Entries(_root).Sum(entry => entry.Stat.AllocatedBytes) : 0);
    }

    /// <exception cref="DataDirectoryException">The folder holds something else.</exception>
    public void RequireOwn(string manifestDigest)
    {
        if (File.Exists(_root))
        {
            throw new DataDirectoryException($"{_root} is a file; name a folder to restore into.");
        }

        var isReserved = System.IO.Path.GetFileName(_root).StartsWith(ArchiveFormat.ReservedPrefix, StringComparison.Ordinal);
        if (HasContent && !isReserved && !(File.Exists(Marker) && File.ReadAllText(Marker).Trim() == manifestDigest))
        {
            throw new DataDirectoryException(
                $"{_root} is not empty, and what is in it is no unfinished restore of this backup. Name a folder that is new or empty.");
        }
    }

    /// <summary>
    /// Makes the folder ready: afterwards it holds no links, and nothing but directories and files that the backup has
    /// under the same names.
    /// </summary>
    /// <param name="expected">The backup's entries by their paths.</param>
    public void Prepare(string manifestDigest, IReadOnlyDictionary<string, ManifestEntryKind> expected)
    {
        if (!Directory.Exists(_root))
        {
            // Nobody else looks at half a restore; its files get their own modes one by one.
            Directory.CreateDirectory(_root, OwnerOnly);
        }

        foreach (var (name, stat) in Enumerable.Reverse(Entries(_root)))
        {
            var isExpected = expected.TryGetValue(name, out var kind)
                && (kind, stat.Kind) is (ManifestEntryKind.Directory, EntryKind.Directory) or (ManifestEntryKind.File, EntryKind.File);
            if (isExpected)
            {
                // An attempt before may have finished it: write-protected, perhaps.
                Syscalls.ChangeMode(FullPath(name), kind == ManifestEntryKind.Directory ? (int)OwnerOnly : (int)(OwnerOnly & ~UnixFileMode.UserExecute));
            }
            else if (name != MarkerName)
            {
                Remove(FullPath(name), stat.Kind);
            }
        }

        File.WriteAllText(Marker, manifestDigest + "\n");
    }

    /// <summary>Gives the folder its owner and mode, takes the marker away, and waits until the disk has everything.</summary>
    public void Finish(ManifestRoot root)
    {
        Syscalls.FlushFileSystem(_root);
        File.Delete(Marker);
        Attributes.Apply(root, _root);
        Syscalls.FlushFileSystem(_root);
    }

    private static void Remove(string path, EntryKind kind)
    {
        if (kind == EntryKind.Directory)
        {
            // What was in it is gone already: entries come from the deepest up.
            Directory.Delete(path);
        }
        else
        {
            File.Delete(path);
        }
    }

    // Parents before what they hold. Links are told apart and not followed.
    private static List<(string Name, FileStat Stat)> Entries(string root)
    {
        var found = new List<(string, FileStat)>();
        Collect("");
        return found;

        void Collect(string prefix)
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(System.IO.Path.Combine(root, prefix)))
            {
                var name = prefix.Length == 0 ? System.IO.Path.GetFileName(path) : $"{prefix}/{System.IO.Path.GetFileName(path)}";
                if (FileStat.TryRead(path) is { } stat)
                {
                    found.Add((name, stat));
                    if (stat.Kind == EntryKind.Directory)
                    {
                        Collect(name);
                    }
                }
            }
        }
    }
}
