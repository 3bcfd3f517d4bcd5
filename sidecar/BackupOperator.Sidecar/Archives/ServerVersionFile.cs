using System.Text.Json;

namespace BackupOperator.Sidecar.Archives;

/// <summary>The version that a server has left in its data directory.</summary>
public static class ServerVersionFile
{
    // MySQL up to 8.3 and MariaDB write the bare version; MySQL 8.4 and later a history, the newest last.
    // Source: https://dev.mysql.com/doc/refman/8.4/en/upgrading-what-is-upgraded.html
    private static readonly string[] Plain = ["mysql_upgrade_info", "mariadb_upgrade_info"];
    private const string History = "mysql_upgrade_history";

    /// <returns>Null where there is no such file, or none that can be read.</returns>
    public static string? Read(string dataDirectory)
    {
        try
        {
            var history = Path.Combine(dataDirectory, History);
            if (File.Exists(history))
            {
                using var document = JsonDocument.Parse(File.ReadAllText(history));
                return document.RootElement.GetProperty("upgrade_history").EnumerateArray().Last().GetProperty("version").GetString();
            }

            var plain = Plain.Select(name => Path.Combine(dataDirectory, name)).FirstOrDefault(File.Exists);
            return plain is null ? null : File.ReadAllText(plain).Trim() is { Length: > 0 } version ? version : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }
}
