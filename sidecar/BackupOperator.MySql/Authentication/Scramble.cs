namespace BackupOperator.MySql.Authentication;

internal static class Scramble
{
    /// <summary>Bytes of the challenge of all plugins that scramble a password.</summary>
    public const int ChallengeLength = 20;

    /// <summary>Each byte XOR the key, which repeats.</summary>
    public static byte[] Xor(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> key)
    {
        var result = bytes.ToArray();
        for (var i = 0; i < result.Length; i++)
        {
            result[i] ^= key[i % key.Length];
        }

        return result;
    }
}
