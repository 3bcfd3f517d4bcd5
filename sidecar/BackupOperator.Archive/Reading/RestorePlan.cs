using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Manifests;

namespace BackupOperator.Archive.Reading;

/// <summary>
/// Goes through the manifest and makes of it folders, empty files, and requests for the blocks that are not there yet.
/// </summary>
internal sealed class RestorePlan(TargetFolder target, string? seed, RestoreCounters counters, Action<FetchJob> send) : ManifestVisitor
{
    private readonly FetchPlanner _planner = new(BlockFetcher.LargestRequest);
    private readonly byte[] _buffer = new byte[ArchiveFormat.BlockSize];
    private readonly List<ManifestEntry> _directories = [];
    private readonly List<ManifestEntry> _links = [];
    private TargetFile? _file;
    private SeedFile? _seed;
    private long _position;

    public override void Begin(ManifestEntry entry)
    {
        switch (entry.Kind)
        {
            case ManifestEntryKind.Directory:
                Directory.CreateDirectory(target.FullPath(entry.Path));
                _directories.Add(entry);
                break;
            case ManifestEntryKind.Link:
                _links.Add(entry);
                break;
            default:
                _file = new TargetFile(entry, target.FullPath(entry.Path));
                _seed = seed is null ? null : SeedFile.TryOpen(seed, entry);
                _position = 0;
                break;
        }
    }

    public override void Block(ManifestEntry entry, int index, BlockReference block)
    {
        PassHoles(TargetFile.PlaceOf(index));
        _position += entry.BlockLength(index);
        if (_file!.Holds(index, block, _buffer))
        {
            counters.AddBytes(entry.BlockLength(index));
            return;
        }

        var wanted = _buffer.AsSpan(0, entry.BlockLength(index));
        if (_seed?.TryRead(TargetFile.PlaceOf(index), wanted, block.Digest) == true)
        {
            _file.Write(index, _buffer.AsMemory(0, wanted.Length));
            counters.AddBytes(wanted.Length);
            return;
        }

        _file.Expect();
        if (_planner.Add(new WantedBlock(new BlockPlace(entry.Path, index, entry.BlockLength(index), block), _file)) is { } full)
        {
            Send(full);
        }
    }

    public override void End(ManifestEntry entry)
    {
        if (_file is { } file)
        {
            PassHoles(entry.Size);
            _file = null;
            _seed?.Dispose();
            counters.Finish(file);
        }
    }

    /// <summary>Sends the last request.</summary>
    public void Complete()
    {
        if (_planner.Take() is { } last)
        {
            Send(last);
        }
    }

    /// <summary>Links last: nothing was written through one. Directories from the deepest up, since entries change their times.</summary>
    public void FinishDirectories()
    {
        foreach (var link in _links)
        {
            File.CreateSymbolicLink(target.FullPath(link.Path), link.Target!);
            Attributes.Apply(link, target.FullPath(link.Path));
        }

        foreach (var directory in Enumerable.Reverse(_directories))
        {
            Attributes.Apply(directory, target.FullPath(directory.Path));
        }
    }

    private void Send(FetchJob job)
    {
        var blocks = job.Blocks;
        for (var (first, next) = (0, 1); first < blocks.Count; next++)
        {
            if (next == blocks.Count || blocks[next].File != blocks[first].File || blocks[next].Place.Index != blocks[next - 1].Place.Index + 1)
            {
                blocks[first].File!.Reserve(blocks[first].Place.Index, next - first);
                first = next;
            }
        }

        send(job);
    }

    private void PassHoles(long to)
    {
        _file!.Clear(_position, to);
        counters.AddBytes(to - _position);
        _position = to;
    }
}
