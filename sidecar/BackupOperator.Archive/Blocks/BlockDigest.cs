using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace BackupOperator.Archive.Blocks;

/// <summary>A SHA-256.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct BlockDigest(ulong A, ulong B, ulong C, ulong D)
{
    public const int Size = 32;

    public static BlockDigest Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(content, hash);
        return MemoryMarshal.Read<BlockDigest>(hash);
    }

    public static bool TryParse(string? hex, out BlockDigest digest)
    {
        digest = default;
        Span<byte> hash = stackalloc byte[Size];
        if (hex is not { Length: Size * 2 } || Convert.FromHexString(hex, hash, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        digest = MemoryMarshal.Read<BlockDigest>(hash);
        return true;
    }

    public override string ToString()
    {
        Span<byte> hash = stackalloc byte[Size];
        MemoryMarshal.Write(hash, this);
        return Convert.ToHexStringLower(hash);
    }
}
