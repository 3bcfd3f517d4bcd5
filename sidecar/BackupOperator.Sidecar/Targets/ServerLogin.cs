using BackupOperator.MySql;
using BackupOperator.Sidecar.Runs;

namespace BackupOperator.Sidecar.Targets;

/// <summary>How a run logs in to the servers of its target.</summary>
internal static class ServerLogin
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <summary>Reads the mounted credentials at each use: a Secret may be rotated, and nothing secret stays in memory.</summary>
    /// <returns>Null where there are none.</returns>
    public static MySqlConnectionOptions? To(string host, RunTarget target, RunSettings settings)
    {
        if (!target.HasCredentials)
        {
            return null;
        }

        try
        {
            return new MySqlConnectionOptions
            {
                Host = host,
                Port = target.Port,
                User = File.ReadAllText(Path.Combine(settings.MySqlCredentials, "username")).Trim(),
                Password = File.ReadAllText(Path.Combine(settings.MySqlCredentials, "password")).TrimEnd('\r', '\n'),
                Tls = Enum.TryParse<MySqlTlsMode>(target.Tls, ignoreCase: true, out var tls) ? tls : MySqlTlsMode.Preferred,
                TlsName = target.Host,
                ConnectTimeout = Limit,
                CommandTimeout = Limit,
            };
        }
        catch (IOException)
        {
            return null;
        }
    }
}
