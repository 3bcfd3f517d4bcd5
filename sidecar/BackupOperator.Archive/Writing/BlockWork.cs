using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Compression;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Native;

namespace BackupOperator.Archive.Writing;

/// <summary>A block on its way through the pipeline, with its buffers; used again and again.</summary>
internal sealed class BlockWork(bool isEncrypted) : IDisposable
{
    private readonly PageBuffer _plain = new(ArchiveFormat.BlockSize);
    private readonly PageBuffer _packed = new(ZstdCompressor.Bound(ArchiveFormat.BlockSize));
    private readonly PageBuffer? _sealed = isEncrypted ? new PageBuffer(ArchiveFormat.LargestStoredBlock) : null;

    public Memory<byte> Plain => _plain.Memory;

    public Memory<byte> Packed => _packed.Memory;

    /// <summary>Empty where nothing is encrypted.</summary>
    public Memory<byte> Sealed => _sealed?.Memory ?? default;

    /// <summary>Where the block is to be read from; whoever has read it lets go of it.</summary>
    public SourceFile Source { get; private set; } = null!;

    public FileRecord File { get; private set; } = null!;

    public int Index { get; private set; }

    public int Length { get; private set; }

    /// <summary>The block as an earlier pass or backup stored it; not stored where there is none.</summary>
    public BlockReference Before { get; private set; }

    /// <summary>Whether <see cref="Before"/> has as many bytes as the block has now.</summary>
    public bool HasLengthOfBefore { get; private set; }

    /// <summary>Stored blocks that may be equal.</summary>
    public List<BlockReference> Candidates { get; } = [];

    /// <summary>Set when the worker is done.</summary>
    public TaskCompletionSource Done { get; private set; } = null!;

    /// <summary>The file has become shorter, and there is no such block any more.</summary>
    public bool IsGone { get; set; }

    /// <summary>Known when the block is a hole or stored already.</summary>
    public BlockReference? Known { get; set; }

    /// <summary>The pieces that are to be stored over <see cref="Before"/>; 0 for the whole block.</summary>
    public ushort Changed { get; set; }

    /// <summary>Of the plain bytes.</summary>
    public BlockDigest Digest { get; set; }

    /// <summary>Of all pieces.</summary>
    public ulong[] Sums { get; } = new ulong[Pieces.Most];

    /// <summary>Of the stored bytes.</summary>
    public uint Checksum { get; set; }

    public ReadOnlyMemory<byte> Stored { get; set; }

    public void Begin(SourceFile source, FileRecord file, int index, int length, BlockReference before, bool hasLengthOfBefore)
    {
        Source = source;
        File = file;
        Index = index;
        Length = length;
        Before = before;
        HasLengthOfBefore = hasLengthOfBefore;
        Candidates.Clear();
        Known = null;
        IsGone = false;
        Changed = 0;
        Stored = default;
        Done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Dispose()
    {
        _plain.Free();
        _packed.Free();
        _sealed?.Free();
    }

    /// <summary>The sums of what is stored.</summary>
    public ulong[] StoredSums()
    {
        var all = Sums.AsSpan(0, Pieces.Count(Length));
        if (Changed == 0)
        {
            return all.ToArray();
        }

        var some = new List<ulong>();
        for (var piece = 0; piece < all.Length; piece++)
        {
            if ((Changed >> piece & 1) != 0)
            {
                some.Add(all[piece]);
            }
        }

        return [.. some];
    }
}
