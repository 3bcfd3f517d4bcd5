namespace BackupOperator.Archive.Manifests;

/// <summary>
/// The packs of a manifest: each once, and no more than there can be. A writer keeps to the same bounds, so that what is
/// written can be read.
/// </summary>
/// <param name="most">How many there can be.</param>
internal sealed class PackList(long most)
{
    /// <summary>A pebibyte in packs of one gibibyte.</summary>
    public const int Most = 1_000_000;

    /// <summary>Most UTF-16 code units of all their paths together, each counted once: 16,384 that are as long as a key in S3 can be.</summary>
    public const int LongestPaths = 16 << 20;

    // Each has a digest of its own that nothing makes shorter than 32 bytes: half of that, and some for packs that are equal.
    private const int LeastStored = 16;
    private const int Equal = 4096;

    private readonly List<ManifestPack> _packs = [];
    private readonly HashSet<(int Path, int Number)> _known = [];
    private readonly Dictionary<string, (int Index, string Path)> _paths = new(StringComparer.Ordinal);
    private long _length;

    public IReadOnlyList<ManifestPack> Packs => _packs;

    /// <summary>How many there can be in a manifest that has so many bytes where it is stored.</summary>
    public static long MostIn(long storedBytes) => Math.Min(Most, Equal + (storedBytes / LeastStored));

    /// <exception cref="FormatException">It is there already, or there are too many.</exception>
    public void Add(ManifestPack pack)
    {
        if (_packs.Count >= most)
        {
            throw new FormatException($"it has more than {most} packs");
        }

        if (!_paths.TryGetValue(pack.Path, out var path))
        {
            _length += pack.Path.Length;
            if (_length > LongestPaths)
            {
                throw new FormatException("its packs lie in too many folders");
            }

            _paths.Add(pack.Path, path = (_paths.Count, pack.Path));
        }

        if (!_known.Add((path.Index, pack.Number)))
        {
            throw new FormatException($"pack {pack.Number} comes twice");
        }

        // One text for all that lie in the same folder.
        _packs.Add(pack with { Path = path.Path });
    }
}
