namespace BackupOperator.Sidecar.Archives;

/// <summary>What the manifest says of the server whose data it describes.</summary>
public sealed record ServerFacts
{
    /// <summary>MySql, MariaDb or Percona.</summary>
    public string? Flavour { get; init; }

    public string? Version { get; init; }

    public string? BinlogFile { get; init; }

    public long? BinlogPosition { get; init; }

    public string? GtidExecuted { get; init; }

    /// <summary>False where the binary log says that the server crashed; null where there is no binary log.</summary>
    public bool? CleanShutdown { get; init; }

    /// <summary>Adds what the files of the stopped server say.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public ServerFacts ReadFrom(string dataDirectory)
    {
        var version = Version ?? ServerVersionFile.Read(dataDirectory);
        var flavour = Flavour ?? (version is null ? null : version.Contains("MariaDB", StringComparison.OrdinalIgnoreCase) ? "MariaDb" : "MySql");
        var facts = this with { Version = version, Flavour = flavour };
        return MySql.ServerFiles.BinlogPosition.Read(dataDirectory) is not { } position
            ? facts
            : facts with
            {
                BinlogFile = position.File,
                BinlogPosition = position.Position,
                CleanShutdown = position.IsClosed,
                GtidExecuted = MySql.ServerFiles.GtidExecuted.Read(position) is { Length: > 0 } gtids ? gtids : null,
            };
    }
}
