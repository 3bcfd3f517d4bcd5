using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace BackupOperator.Core.Catalogs;

/// <summary>
/// Names of the resources that an import makes. They follow from the backup alone, so that an import that is repeated makes
/// nothing twice; what a manifest says is checked, for anybody may have written it.
/// </summary>
public static partial class ImportedNames
{
    private const int LongestStem = 200;

    /// <summary>The name that the backup had, where it is known; then one that no other backup has.</summary>
    /// <param name="name">As the manifest has it; null where it has none.</param>
    public static IReadOnlyList<string> Of(string statefulSet, string backupId, DateTimeOffset takenAt, string? name)
    {
        var known = name is not null && name.Length <= LongestStem && Subdomain().IsMatch(name) ? name : null;
        var stem = known ?? string.Create(CultureInfo.InvariantCulture, $"{statefulSet}-{takenAt.UtcDateTime:yyyyMMdd-HHmmss}");
        var own = $"{stem}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(backupId)).AsSpan(0, 4))}";
        return known is null ? [own] : [known, own];
    }

    /// <summary>The schedule of a backup; null where what the manifest says can be none.</summary>
    public static string? Schedule(string? name) =>
        name is { Length: <= Naming.ScheduleNames.LongestName } && Subdomain().IsMatch(name) ? name : null;

    // RFC 1123, as Kubernetes takes it for the names of objects.
    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Subdomain();
}
