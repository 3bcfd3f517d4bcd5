using System.Text.RegularExpressions;
using BackupOperator.Archive;

namespace BackupOperator.Sidecar.Swapping;

/// <summary>
/// Where a restore keeps things inside a data directory: one folder, out of sight of the server. MariaDB takes every
/// folder for a schema, hidden ones too, unless its name begins like that of a temporary table; MySQL lists and scans no
/// folder whose name begins with a dot.
/// </summary>
public sealed partial class SwapFolders
{
    private const string MySqlPrefix = ArchiveFormat.ReservedPrefix;
    private const string MariaDbPrefix = ArchiveFormat.MariaDbReservedPrefix;
    private const string MariaDbSign = "aria_log_control";

    private SwapFolders(string data, string container)
    {
        Data = data;
        Container = Path.Combine(data, container);
        Restore = Path.Combine(Container, $"{MySqlPrefix}restore");
        Previous = Path.Combine(Container, $"{MySqlPrefix}previous");
        Intruders = Path.Combine(Container, $"{MySqlPrefix}intruders");
        Journal = Path.Combine(Container, "swap.json");
    }

    /// <summary>The data directory.</summary>
    public string Data { get; }

    /// <summary>Holds all that follow.</summary>
    public string Container { get; }

    /// <summary>Receives the restored files.</summary>
    public string Restore { get; }

    /// <summary>Receives the old files.</summary>
    public string Previous { get; }

    /// <summary>Receives what something else wrote to the data directory during a swap, where that is in the way of an undo.</summary>
    public string Intruders { get; }

    /// <summary>The <see cref="SwapJournal"/>.</summary>
    public string Journal { get; }

    /// <summary>The folders of a run: those that an earlier attempt has made, else new ones as the server in the directory needs them.</summary>
    /// <param name="id">The run's id: letters, digits and dashes, so that it cannot lead out of the data directory.</param>
    /// <exception cref="ArgumentException">The id is anything else.</exception>
    public static SwapFolders Locate(string dataDirectory, string id)
    {
        if (!SafeId().IsMatch(id))
        {
            throw new ArgumentException($"'{id}' is no run id: it may have letters, digits and dashes only.", nameof(id));
        }

        var data = Path.GetFullPath(dataDirectory);
        var prefix = Directory.Exists(Path.Combine(data, MySqlPrefix + id)) ? MySqlPrefix
            : Directory.Exists(Path.Combine(data, MariaDbPrefix + id)) || File.Exists(Path.Combine(data, MariaDbSign)) ? MariaDbPrefix
            : MySqlPrefix;
        return new SwapFolders(data, prefix + id);
    }

    /// <summary>The journals of all swaps in a data directory that are not over.</summary>
    public static IEnumerable<string> FindJournals(string dataDirectory) => Directory.Exists(dataDirectory)
        ? Directory.EnumerateDirectories(dataDirectory)
            .Where(folder => ArchiveFormat.IsReserved(Path.GetFileName(folder)))
            .Select(folder => Path.Combine(folder, "swap.json"))
            .Where(File.Exists)
        : [];

    /// <summary>The folders of other restores in the same data directory.</summary>
    public static IEnumerable<SwapFolders> FindOthers(SwapFolders own) => Directory.Exists(own.Data)
        ? Directory.EnumerateDirectories(own.Data)
            .Where(folder => folder != own.Container && ArchiveFormat.IsReserved(Path.GetFileName(folder)))
            .Select(folder => new SwapFolders(own.Data, Path.GetFileName(folder)))
            .ToList()
        : [];

    /// <summary>Whether an entry of the data directory stays where it is in a swap.</summary>
    public static bool IsReserved(string name) => ArchiveFormat.IsReserved(name) || name == "lost+found";

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9-]{0,127}$")]
    private static partial Regex SafeId();
}
