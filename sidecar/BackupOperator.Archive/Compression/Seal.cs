using System.Security.Cryptography;

namespace BackupOperator.Archive.Compression;

/// <summary>
/// The last 40 bytes of a manifest, a token or a block table: a skippable frame (RFC 8878, 3.1.2), which every zstd decoder
/// passes over, with the SHA-256 of all bytes before it. A zstd frame has bits that its decoder does not look at; so with
/// the seal no bit can flip unseen.
/// </summary>
internal static class Seal
{
    public const int Length = 40;

    // The magic number 0x184D2A50 and the length 32, both little-endian.
    private static ReadOnlySpan<byte> Header => [0x50, 0x2A, 0x4D, 0x18, 0x20, 0x00, 0x00, 0x00];

    public static byte[] Make(IncrementalHash before)
    {
        var seal = new byte[Length];
        Header.CopyTo(seal);
        before.GetHashAndReset(seal.AsSpan(Header.Length));
        return seal;
    }

    public static bool IsRight(ReadOnlySpan<byte> seal, IncrementalHash before) => seal.SequenceEqual(Make(before));
}
