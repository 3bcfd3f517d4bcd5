namespace BackupOperator.MySql;

/// <summary>What a server says of itself before any login.</summary>
/// <param name="Flavour">
/// Percona's servers mostly do not say so here; <see cref="MySqlSession.ReadFlavourAsync"/> asks after the login.
/// </param>
/// <param name="Version">Such as <c>8.4.3</c> or <c>10.11.11-MariaDB-0+deb12u1</c>; a leading <c>5.5.5-</c> of MariaDB is gone.</param>
/// <param name="ConnectionId">The server's number for this connection.</param>
/// <param name="SupportsTls">Whether it offers TLS.</param>
public sealed record ServerGreeting(ServerFlavour Flavour, string Version, uint ConnectionId, bool SupportsTls)
{
    // MariaDB 10 and later say it so that old replicas take them for 5.5.
    private const string MariaDbPrefix = "5.5.5-";

    internal static ServerGreeting Create(string version, uint connectionId, bool supportsTls)
    {
        var flavour = FlavourOf(version);
        var clean = flavour == ServerFlavour.MariaDb && version.StartsWith(MariaDbPrefix, StringComparison.Ordinal)
            ? version[MariaDbPrefix.Length..]
            : version;
        return new ServerGreeting(flavour, clean, connectionId, supportsTls);
    }

    internal static ServerFlavour FlavourOf(string text) => text switch
    {
        _ when text.Contains("MariaDB", StringComparison.OrdinalIgnoreCase) => ServerFlavour.MariaDb,
        _ when text.Contains("Percona", StringComparison.OrdinalIgnoreCase) => ServerFlavour.Percona,
        _ => ServerFlavour.MySql,
    };
}
