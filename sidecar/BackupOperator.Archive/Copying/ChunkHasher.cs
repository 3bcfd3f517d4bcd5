using System.Security.Cryptography;
using BackupOperator.Archive.Packs;

namespace BackupOperator.Archive.Copying;

/// <summary>Computes a pack's digest from its bytes as they come.</summary>
internal sealed class ChunkHasher(int chunk) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<string> _chunks = [];
    private int _filled;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = Math.Min(bytes.Length, chunk - _filled);
            _hash.AppendData(bytes[..count]);
            bytes = bytes[count..];
            _filled += count;
            if (_filled == chunk)
            {
                EndChunk();
            }
        }
    }

    public string Finish()
    {
        if (_filled > 0)
        {
            EndChunk();
        }

        return PackDigest.Of(_chunks);
    }

    public void Dispose() => _hash.Dispose();

    private void EndChunk()
    {
        _chunks.Add(Convert.ToHexStringLower(_hash.GetHashAndReset()));
        _filled = 0;
    }
}
