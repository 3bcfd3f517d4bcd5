using System.Buffers.Binary;
using System.Numerics;

namespace BackupOperator.Archive.Blocks;

/// <summary>
/// CRC-32C (RFC 3720, appendix B.4) of a block as it is stored. The SHA-256 of the plain bytes says whether a block comes
/// back; this says whether its stored bytes are untouched, also where a decoder would not notice, and without decompressing.
/// </summary>
internal static class BlockChecksum
{
    public static uint Of(ReadOnlySpan<byte> stored)
    {
        var crc = uint.MaxValue;
        while (stored.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(stored));
            stored = stored[8..];
        }

        foreach (var one in stored)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return ~crc;
    }
}
