using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BackupOperator.Core.Naming;

/// <summary>
/// Names of the backups that a schedule creates. They follow from what they are created for, so that creating one twice
/// is an error of the API server and no second backup.
/// </summary>
public static class ScheduleNames
{
    /// <summary>A schedule's name is a label of its backups, and the beginning of their names.</summary>
    public const int LongestName = 52;

    /// <summary>The backup of a tick: minutes since 1970, as a CronJob names its Jobs.</summary>
    public static string OfTick(string schedule, DateTimeOffset tick) =>
        string.Create(CultureInfo.InvariantCulture, $"{schedule}-{tick.ToUnixTimeSeconds() / 60}");

    /// <summary>The backup that <c>spec.immediate</c> asks for: one in the life of a schedule.</summary>
    public static string OfCreation(string schedule, string uid) => $"{schedule}-first-{Digest(uid)}";

    /// <summary>The backup that a person has asked for: one for each token.</summary>
    public static string OfTrigger(string schedule, string uid, string token) => $"{schedule}-manual-{Digest(uid + "/" + token)}";

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 4));
}
