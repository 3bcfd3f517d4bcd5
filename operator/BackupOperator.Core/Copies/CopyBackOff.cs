using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BackupOperator.Core.Copies;

/// <summary>How long to wait before copies are tried again: 1 m, 2 m, 4 m … and never more than an hour; it does not end.</summary>
public static class CopyBackOff
{
    private static readonly TimeSpan First = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <param name="attempts">How often it was tried, from 1.</param>
    public static TimeSpan After(int attempts)
    {
        var doublings = Math.Clamp(attempts - 1, 0, 16);
        var wait = First * (1 << doublings);
        return wait < Longest ? wait : Longest;
    }

    /// <summary>The same, up to a quarter shorter: hundreds that failed of one storage must not come back at one time.</summary>
    /// <param name="uid">Of the backup; the same backup comes to the same pause, so that an operator that starts again does too.</param>
    public static TimeSpan After(int attempts, string uid)
    {
        var wait = After(attempts);
        if (uid.Length == 0)
        {
            return wait;
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{uid}/{attempts}")));
        return wait - TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt64BigEndian(hash) % (ulong)(wait.TotalSeconds / 4));
    }
}
