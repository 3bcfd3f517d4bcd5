using System.Text.RegularExpressions;

namespace BackupOperator.Sidecar.Swapping;

/// <summary>
/// The names a restore uses inside a data directory. They begin with a dot: MySQL does not scan hidden folders for
/// tablespaces, MariaDB takes none for a schema, and backups leave out all that begins with <see cref="Prefix"/>.
/// </summary>
public sealed partial class SwapFolders
{
    public const string Prefix = ".mysqlbackup-";

    /// <param name="id">The run's id: letters, digits and dashes, so that it cannot lead out of the data directory.</param>
    /// <exception cref="ArgumentException">The id is anything else.</exception>
    public SwapFolders(string dataDirectory, string id)
    {
        if (!SafeId().IsMatch(id))
        {
            throw new ArgumentException($"'{id}' is no run id: it may have letters, digits and dashes only.", nameof(id));
        }

        Data = Path.GetFullPath(dataDirectory);
        Restore = Path.Combine(Data, $"{Prefix}restore-{id}");
        Previous = Path.Combine(Data, $"{Prefix}previous-{id}");
        Journal = Path.Combine(Data, $"{Prefix}swap-{id}.json");
    }

    /// <summary>The data directory.</summary>
    public string Data { get; }

    /// <summary>Receives the restored files.</summary>
    public string Restore { get; }

    /// <summary>Receives the old files.</summary>
    public string Previous { get; }

    /// <summary>The <see cref="SwapJournal"/>.</summary>
    public string Journal { get; }

    /// <summary>Whether an entry of the data directory stays where it is.</summary>
    public static bool IsReserved(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) || name == "lost+found";

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9-]{0,127}$")]
    private static partial Regex SafeId();
}
