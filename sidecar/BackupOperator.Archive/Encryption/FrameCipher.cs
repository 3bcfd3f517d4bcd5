using System.Security.Cryptography;
using System.Text;

namespace BackupOperator.Archive.Encryption;

/// <summary>
/// Encrypts and authenticates with AES-256-GCM (NIST SP 800-38D): a random nonce of 12 bytes, the ciphertext, a tag of 16
/// bytes. Random nonces, because an attempt that goes on after a crash cannot know what the one before has counted up to.
/// For one thread at a time.
/// </summary>
internal sealed class FrameCipher(ReadOnlySpan<byte> key, string backupId) : IDisposable
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    /// <summary>Bytes that a sealed frame is longer than its content.</summary>
    public const int Overhead = NonceSize + TagSize;

    private readonly AesGcm _aes = new(key, TagSize);
    private readonly byte[] _backupId = Encoding.UTF8.GetBytes(backupId);

    /// <param name="place">What the frame is bound to beside its backup, such as its number; it fits nowhere else.</param>
    /// <returns>The sealed length.</returns>
    public int Seal(ReadOnlySpan<byte> plain, Span<byte> to, string? place = null)
    {
        var nonce = to[..NonceSize];
        RandomNumberGenerator.Fill(nonce);
        _aes.Encrypt(nonce, plain, to.Slice(NonceSize, plain.Length), to.Slice(NonceSize + plain.Length, TagSize), Bound(place));
        return plain.Length + Overhead;
    }

    /// <returns>Whether it was this cipher's frame; then <paramref name="to"/> has its content.</returns>
    public bool TryOpen(ReadOnlySpan<byte> stored, Span<byte> to, string? place = null)
    {
        if (stored.Length < Overhead)
        {
            return false;
        }

        var length = stored.Length - Overhead;
        try
        {
            _aes.Decrypt(stored[..NonceSize], stored.Slice(NonceSize, length), stored[^TagSize..], to[..length], Bound(place));
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose() => _aes.Dispose();

    private byte[] Bound(string? place) => place is null ? _backupId : [.. _backupId, 0, .. Encoding.UTF8.GetBytes(place)];
}
