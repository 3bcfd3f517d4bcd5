using BackupOperator.MySql.ServerFiles;

namespace BackupOperator.Sidecar.Archives;

/// <summary>What the manifest says of the server whose data it describes; null where it is not known.</summary>
public sealed record ServerFacts
{
    /// <summary>
    /// Most characters of a set of GTIDs. A longer one would not fit into a status, and the longest ones not into a line of
    /// a manifest; a replica can be set up without it.
    /// </summary>
    public const int LongestGtids = 256 << 10;

    /// <summary>MySql, MariaDb or Percona.</summary>
    public string? Flavour { get; init; }

    public string? Version { get; init; }

    public BinlogPosition? Binlog { get; init; }

    /// <summary>Null also where it is longer than <see cref="LongestGtids"/>.</summary>
    public string? GtidExecuted { get; init; }

    /// <summary>Why only the absence of pods proves that the server was stopped.</summary>
    public string? LockUnavailable { get; init; }

    /// <summary>Adds what the files of the stopped server say at once.</summary>
    public ServerFacts ReadStopped(string dataDirectory)
    {
        var version = Version ?? ServerVersionFile.Read(dataDirectory);
        var facts = this with
        {
            Version = version,
            Flavour = Flavour ?? (version is null ? null : version.Contains("MariaDB", StringComparison.OrdinalIgnoreCase) ? "MariaDb" : "MySql"),
            Binlog = Try(() => BinlogPosition.Read(dataDirectory)),
        };

        // MariaDB removes this file when it starts, so it is read now; what MySQL needs is long to read, and stays.
        return facts.Binlog is { } binlog && File.Exists(Path.ChangeExtension(binlog.Path, "state")) ? facts.ReadGtids() : facts;
    }

    /// <summary>Adds what takes longer to read and does not change when the server is started.</summary>
    public ServerFacts ReadGtids() =>
        GtidExecuted is null && Binlog is { } binlog && Try(() => MySql.ServerFiles.GtidExecuted.Read(binlog)) is { Length: > 0 and <= LongestGtids } gtids
            ? this with { GtidExecuted = gtids }
            : this;

    // A backup is worth having without them.
    private static T? Try<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
