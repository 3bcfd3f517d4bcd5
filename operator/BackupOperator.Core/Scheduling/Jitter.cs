using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BackupOperator.Core.Scheduling;

/// <summary>Spreads the starts of many schedules that have the same ticks.</summary>
public static class Jitter
{
    /// <summary>
    /// How long after its tick a run starts: at random between schedules and ticks, and always the same for one of them, so
    /// that an operator that starts again comes to the same moment. Whole seconds, below <paramref name="jitter"/>.
    /// </summary>
    public static TimeSpan Of(string uid, DateTimeOffset tick, TimeSpan jitter)
    {
        var seconds = (ulong)Math.Max(0, jitter.TotalSeconds);
        if (seconds == 0)
        {
            return TimeSpan.Zero;
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{uid}/{tick.ToUnixTimeSeconds()}")));
        return TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt64BigEndian(hash) % seconds);
    }
}
