using System.Security.Cryptography;

namespace BackupOperator.Archive.Packs;

/// <summary>
/// A pack's digest: SHA-256 over the SHA-256s of its chunks. It can be computed by many threads, and by an attempt that
/// never had the bytes of the one before.
/// </summary>
internal static class PackDigest
{
    /// <param name="chunks">SHA-256 of each chunk in hex digits, in their order.</param>
    public static string Of(IEnumerable<string> chunks)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var chunk in chunks)
        {
            hash.AppendData(Convert.FromHexString(chunk));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
