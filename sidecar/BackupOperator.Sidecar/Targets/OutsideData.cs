using BackupOperator.MySql;
using BackupOperator.Sidecar.Runs;

namespace BackupOperator.Sidecar.Targets;

/// <summary>
/// Asks the server whether it keeps data outside of the data directory: by variables, or with DATA DIRECTORY, of which MySQL
/// leaves no trace in the files since 8.0. Who has no credentials, or may not see it, is not asked.
/// </summary>
public sealed class OutsideData(TargetClient client, RunSpec run, RunSettings settings, TimeProvider time)
{
    // The server's own name of its data directory may lead there by a link.
    private const string Root = "datadir";

    private static readonly string[] Variables = ["innodb_data_home_dir", "innodb_log_group_home_dir", "innodb_undo_directory"];

    // The names of files in the data directory are relative to it.
    private const string Tablespaces =
        "SELECT FILE_NAME FROM INFORMATION_SCHEMA.FILES WHERE ENGINE = 'InnoDB' AND FILE_TYPE IN ('TABLESPACE', 'UNDO LOG') AND (FILE_NAME LIKE '/%' OR FILE_NAME LIKE '../%') LIMIT 100";

    /// <exception cref="RunException">It does. MySQL was not touched.</exception>
    public async Task RefuseAsync(CancellationToken cancellationToken)
    {
        if (await FindAsync(cancellationToken) is { } what)
        {
            throw new RunException(
                FailureReason.DataDirectoryNotFound,
                ExitCode.NotFound,
                $"MySQL in pod {run.Target.Pod} keeps data outside of its data directory {run.Target.ServerDataDirectory}: {what}. A backup would lack it, so MySQL was not touched. "
                + "Move it into the data directory.");
        }
    }

    private async Task<string?> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            if ((await client.ReadPodAsync(run.Target.Pod, cancellationToken))?.Status?.PodIP is not { Length: > 0 } host
                || ServerLogin.To(host, run.Target, settings) is not { } login)
            {
                return null;
            }

            await using var session = await MySqlSession.ConnectAsync(login, time, cancellationToken);
            return await FindAsync(session, run.Target.ServerDataDirectory, cancellationToken);
        }
        catch (MySqlClientException)
        {
            // A server that does not run, or tells us nothing, is backed up all the same.
            return null;
        }
    }

    /// <returns>What lies outside; null where nothing does.</returns>
    public static async Task<string?> FindAsync(MySqlSession session, string dataDirectory, CancellationToken cancellationToken)
    {
        var names = string.Join(", ", Variables.Append(Root).Select(name => $"'{name}'"));
        var places = (await session.QueryAsync($"SHOW GLOBAL VARIABLES WHERE Variable_name IN ({names})", cancellationToken)).Rows
            .ToDictionary(row => row[0]!, row => row[1] ?? "", StringComparer.Ordinal);
        string[] roots = [dataDirectory, places.GetValueOrDefault(Root, dataDirectory)];
        if (places.FirstOrDefault(place => !IsWithin(place.Value, roots)) is { Key: { } variable, Value: var outside })
        {
            return $"{variable} is {outside}";
        }

        try
        {
            return (await session.QueryAsync(Tablespaces, cancellationToken)).Rows
                .Select(row => row[0]!)
                .FirstOrDefault(file => !IsWithin(file, roots)) is { } tablespace
                ? $"the tablespace {tablespace}"
                : null;
        }
        catch (MySqlException refused) when (refused.Code is MySqlErrorCode.PrivilegeMissing or MySqlErrorCode.UnknownTable or MySqlErrorCode.UnknownColumn)
        {
            return null;
        }
    }

    // An empty place, and one that is relative, are below the data directory.
    private static bool IsWithin(string place, IEnumerable<string> roots) => roots.Select(Path.TrimEndingDirectorySeparator).Any(root =>
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(place, root));
        return full == root || full.StartsWith($"{root}/", StringComparison.Ordinal);
    });
}
