namespace BackupOperator.Archive.Manifests;

/// <summary>
/// The directories that an entry can lie in, while entries come in the order of their paths. What lies in a directory
/// follows it with nothing between but paths that begin like its own: so the path that is read begins with all that are
/// still of interest, and however many directories there are, few are kept.
/// </summary>
internal sealed class OpenDirectories
{
    // Each one begins with the one before it.
    private readonly List<string> _paths = [];

    /// <summary>An entry is read: whether what it would lie in is a directory that was there before.</summary>
    public bool Has(string path)
    {
        while (_paths is [.., var last] && !path.StartsWith(last, StringComparison.Ordinal))
        {
            _paths.RemoveAt(_paths.Count - 1);
        }

        var slash = path.LastIndexOf('/');
        return slash < 0 || _paths.Exists(directory => directory.Length == slash);
    }

    /// <summary>The entry that was read last is a directory.</summary>
    public void Add(string path) => _paths.Add(path);
}
