using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Compression;
using BackupOperator.Archive.Encryption;

namespace BackupOperator.Archive.Writing;

/// <summary>A block on its way through the pipeline, with its buffers; used again and again.</summary>
internal sealed class BlockWork(bool isEncrypted)
{
    public byte[] Plain { get; } = GC.AllocateUninitializedArray<byte>(ArchiveFormat.BlockSize);

    public byte[] Packed { get; } = GC.AllocateUninitializedArray<byte>(ZstdCompressor.Bound(ArchiveFormat.BlockSize));

    /// <summary>Empty where nothing is encrypted.</summary>
    public byte[] Sealed { get; } = isEncrypted ? GC.AllocateUninitializedArray<byte>(ArchiveFormat.BlockSize + FrameCipher.Overhead) : [];

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

    public void Begin(FileRecord file, int index, int length, BlockReference before, bool hasLengthOfBefore)
    {
        File = file;
        Index = index;
        Length = length;
        Before = before;
        HasLengthOfBefore = hasLengthOfBefore;
        Candidates.Clear();
        Known = null;
        Changed = 0;
        Stored = default;
        Done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
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
