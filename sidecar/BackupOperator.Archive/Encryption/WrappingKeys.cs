using System.Security.Cryptography;
using System.Text;

namespace BackupOperator.Archive.Encryption;

/// <summary>
/// The keys that data keys are wrapped with: one for what is written, all of them for what is read, so that a new key can
/// come beside an old one until nothing is wrapped with that any more.
/// </summary>
public sealed class WrappingKeys
{
    private const int LargestFile = 4096;
    private readonly Dictionary<string, byte[]> _byId = new(StringComparer.Ordinal);

    private WrappingKeys(string current) => CurrentId = current;

    /// <summary>The id of the key for what is written.</summary>
    internal string CurrentId { get; }

    /// <param name="folder">A file for each key, as a mounted Secret has them: 32 bytes, or their hex digits or Base64; other files are passed over.</param>
    /// <param name="current">The file with the key for what is written; null where there is only one, or nothing will be written.</param>
    /// <exception cref="EncryptionKeyException">The file is missing, or no key.</exception>
    public static WrappingKeys Load(string folder, string? current = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder).Where(file => !Path.GetFileName(file).StartsWith('.')).Order(StringComparer.Ordinal).ToList() : [];
        var read = files.ConvertAll(file => (File: file, Key: TryRead(file)));
        var wanted = current is null
            ? read.Find(item => item.Key is not null)
            : read.Find(item => Path.GetFileName(item.File) == current);
        if (wanted.Key is null)
        {
            throw new EncryptionKeyException((wanted.File ?? (current is null ? files.FirstOrDefault() : null)) is { } none
                ? $"The encryption key {Path.GetFileName(none)} is none: it must be 32 random bytes, as they are, as 64 hex digits or as Base64 (openssl rand -base64 32)."
                : $"There is no encryption key {(current is null ? "" : $"'{current}' ")}in {folder}. Add it to the Secret, or name the entry that holds it.");
        }

        var keys = new WrappingKeys(IdOf(wanted.Key));
        foreach (var key in read.Select(item => item.Key).OfType<byte[]>())
        {
            keys._byId[IdOf(key)] = key;
        }

        return keys;
    }

    internal byte[]? Find(string id) => _byId.GetValueOrDefault(id);

    // Of a hash that nothing else is made of: it tells keys apart and nothing about them.
    private static string IdOf(byte[] key) => Convert.ToHexStringLower(HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 8, [], "mysqlbackup/key-id"u8.ToArray()));

    private static byte[]? TryRead(string file)
    {
        if (new FileInfo(file).Length > LargestFile)
        {
            return null;
        }

        var content = File.ReadAllBytes(file);
        if (content.Length == DataKey.Size)
        {
            return content;
        }

        var text = Encoding.ASCII.GetString(content).Trim();
        var key = new byte[DataKey.Size];
        return text.Length == DataKey.Size * 2 && Convert.FromHexString(text, key, out _, out var digits) == System.Buffers.OperationStatus.Done && digits == key.Length ? key
            : Convert.TryFromBase64String(text, key, out var bytes) && bytes == key.Length ? key
            : null;
    }
}
