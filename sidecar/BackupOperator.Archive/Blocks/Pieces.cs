using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace BackupOperator.Archive.Blocks;

/// <summary>
/// The pieces of a block. A block's digest is the SHA-256 over the SHA-256s of its pieces, so that one pass over its bytes
/// also says which pieces differ from those of an earlier backup.
/// </summary>
internal static class Pieces
{
    /// <summary>Pieces of a whole block.</summary>
    public const int Most = ArchiveFormat.BlockSize / ArchiveFormat.PieceSize;

    public static int Count(int blockLength) => (blockLength + ArchiveFormat.PieceSize - 1) / ArchiveFormat.PieceSize;

    /// <summary>The bytes of the pieces that are marked, the lowest bit being the first piece.</summary>
    public static int Length(int blockLength, ushort marked)
    {
        var last = Count(blockLength) - 1;
        var length = BitOperations.PopCount(marked) * ArchiveFormat.PieceSize;
        return (marked >> last & 1) == 0 ? length : length - ((last + 1) * ArchiveFormat.PieceSize) + blockLength;
    }

    /// <summary>Whether pieces are marked, and none that the block does not have.</summary>
    public static bool AreIn(int blockLength, long marked) => marked > 0 && marked < 1L << Count(blockLength);

    /// <summary>The digest of a block.</summary>
    public static BlockDigest Digest(ReadOnlySpan<byte> block)
    {
        Span<ulong> sums = stackalloc ulong[Most];
        return Digest(block, sums);
    }

    /// <param name="sums">Receives the first eight bytes of each piece's SHA-256.</param>
    public static BlockDigest Digest(ReadOnlySpan<byte> block, Span<ulong> sums)
    {
        Span<byte> hashes = stackalloc byte[Most * BlockDigest.Size];
        var count = Count(block.Length);
        for (var piece = 0; piece < count; piece++)
        {
            var hash = hashes.Slice(piece * BlockDigest.Size, BlockDigest.Size);
            SHA256.HashData(Piece(block, piece), hash);
            sums[piece] = BinaryPrimitives.ReadUInt64LittleEndian(hash);
        }

        return BlockDigest.Of(hashes[..(count * BlockDigest.Size)]);
    }

    /// <summary>Copies the marked pieces one after the other.</summary>
    public static int Gather(ReadOnlySpan<byte> block, ushort marked, Span<byte> to)
    {
        var at = 0;
        for (var piece = 0; piece < Most; piece++)
        {
            if ((marked >> piece & 1) != 0)
            {
                var bytes = Piece(block, piece);
                bytes.CopyTo(to[at..]);
                at += bytes.Length;
            }
        }

        return at;
    }

    /// <summary>Puts the marked pieces into their places.</summary>
    public static void Scatter(ReadOnlySpan<byte> from, ushort marked, Span<byte> block)
    {
        for (var piece = 0; piece < Most; piece++)
        {
            if ((marked >> piece & 1) != 0)
            {
                var place = block[(piece * ArchiveFormat.PieceSize)..];
                var length = Math.Min(ArchiveFormat.PieceSize, place.Length);
                from[..length].CopyTo(place);
                from = from[length..];
            }
        }
    }

    private static ReadOnlySpan<byte> Piece(ReadOnlySpan<byte> block, int piece)
    {
        var rest = block[(piece * ArchiveFormat.PieceSize)..];
        return rest[..Math.Min(ArchiveFormat.PieceSize, rest.Length)];
    }
}
