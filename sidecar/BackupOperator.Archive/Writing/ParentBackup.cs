using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Native;
using BackupOperator.Archive.Packs;
using BackupOperator.Archive.Reading;

namespace BackupOperator.Archive.Writing;

/// <summary>The backup that an incremental one builds on.</summary>
internal sealed class ParentBackup(ArchiveReader archive, string manifestDigest, string? bootId)
{
    // While a backup is written, packs below are its own.
    private const int FirstPack = ArchiveFormat.LastPack + 1;

    public ManifestParent Reference { get; } = new(archive.Header.BackupId, archive.Path, manifestDigest);

    // Without the lock, the database may have run while it was read, and times prove nothing. Neither do they after a crash
    // of the machine, which may have lost them and not what was written.
    private readonly bool _trustsTimes =
        archive.Header is { Consistency: ManifestHeader.Cold, Facts.LockUnavailable: null } header && bootId is not null && header.BootId == bootId;

    /// <summary>The pack that a number above those of a backup's own stands for; null for its own.</summary>
    public ManifestPack? FindPack(int number) => number < FirstPack ? null : archive.Packs[number - FirstPack];

    /// <summary>Where the block table of one of its packs lies.</summary>
    public (string Name, DataKey? Key)? FindTable(int number) =>
        FindPack(number) is { } pack ? (ArchiveFormat.TableKey(pack.Path, pack.Number), archive.KeyOf(pack)) : null;

    /// <summary>Reads its files in the order of their paths.</summary>
    public FileFeed Read(CancellationToken cancellationToken) => new(
        async (take, token) =>
        {
            var summary = await archive.ReadAsync(new Records(take, _trustsTimes), token);
            archive.RequireDigest(summary, manifestDigest);
        },
        cancellationToken);

    private sealed class Records(Action<FileRecord> take, bool trustsTimes) : ManifestVisitor
    {
        private FileRecord? _file;
        private int _next;

        public override void Begin(ManifestEntry entry)
        {
            if (entry.Kind != ManifestEntryKind.File)
            {
                return;
            }

            // Only attributes that were proof enough are in the manifest.
            var isProof = trustsTimes && entry is { ChangedNs: not null, Inode: not null };
            var stat = new FileStat(
                EntryKind.File, entry.Mode, entry.UserId, entry.GroupId, entry.Size, 0, entry.Inode ?? 0, entry.ModifiedNs, entry.ChangedNs ?? 0, 1);
            _file = new FileRecord(entry.Path, stat, isProof ? long.MaxValue : null, isLive: false);
            _next = 0;
        }

        public override void Block(ManifestEntry entry, int index, BlockReference block)
        {
            _file!.Blocks.SetHoles(_next, index);
            _next = index + 1;
            _file.Blocks[index] = block.InPack(pack => pack + FirstPack);
        }

        public override void End(ManifestEntry entry)
        {
            if (_file is { } file)
            {
                file.Blocks.SetHoles(_next, file.Blocks.Count);
                _file = null;
                take(file);
            }
        }
    }
}
