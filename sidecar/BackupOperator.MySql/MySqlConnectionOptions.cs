using System.Text.Json.Serialization;

namespace BackupOperator.MySql;

/// <summary>Where a server is and how to log in there.</summary>
public sealed record MySqlConnectionOptions
{
    public const int DefaultPort = 3306;

    /// <summary>A name, an address, or the path of a Unix socket (it begins with a slash).</summary>
    public required string Host { get; init; }

    public int Port { get; init; } = DefaultPort;

    public required string User { get; init; }

    /// <summary>Never printed.</summary>
    [JsonIgnore]
    public string Password { get; init; } = "";

    public MySqlTlsMode Tls { get; init; } = MySqlTlsMode.Preferred;

    /// <summary>The name that the server's certificate must bear; null: <see cref="Host"/>.</summary>
    public string? TlsName { get; init; }

    /// <summary>PEM file of the authorities to trust instead of the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>For everything up to the end of the login.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For each command with its whole answer.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public string? Database { get; init; }

    /// <summary>Host and port as messages name them.</summary>
    internal string Server => Transport.ServerEndPoint.Name(Host, Port);

    public override string ToString() => $"{User}@{Server} (TLS {Tls})";
}
