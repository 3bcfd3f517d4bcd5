using System.Security.Cryptography;
using System.Text;

namespace BackupOperator.Archive.Encryption;

/// <summary>The random key of one backup, from which those for its blocks, its manifest and its tables are derived (HKDF, RFC 5869).</summary>
internal sealed class DataKey(byte[] secret, string backupId)
{
    public const int Size = 32;

    public static DataKey New(string backupId) => new(RandomNumberGenerator.GetBytes(Size), backupId);

    /// <summary>Which backup's key it is.</summary>
    public string BackupId => backupId;

    public ReadOnlySpan<byte> Secret => secret;

    public FrameCipher ForBlocks() => Derive("blocks");

    public FrameCipher ForManifest() => Derive("manifest");

    public FrameCipher ForTables() => Derive("tables");

    private FrameCipher Derive(string purpose)
    {
        Span<byte> key = stackalloc byte[Size];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, [], Encoding.UTF8.GetBytes($"mysqlbackup/{purpose}"));
        return new FrameCipher(key, backupId);
    }
}
