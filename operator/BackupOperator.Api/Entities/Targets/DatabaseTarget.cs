namespace BackupOperator.Api.Entities;

/// <summary>The database of a run.</summary>
public sealed class DatabaseTarget
{
    [Required]
    [Length(1, 63)]
    [Description("Name of the StatefulSet that runs MySQL or MariaDB, in the namespace of this resource.")]
    public string StatefulSet { get; set; } = "";

    [RangeMinimum(0)]
    [Description("Ordinal of the pod whose data directory is meant. Default: the first one.")]
    public int? Ordinal { get; set; }

    [Length(1, 63)]
    [Description("Container of the server. Default: the one that mounts the data directory.")]
    public string? Container { get; set; }

    [Length(1, 253)]
    [Description("Name of the volume claim template (or volume) that holds the data directory. Default: found from the mount of dataDirectory.")]
    public string? DataClaim { get; set; }

    [Length(1, 1024)]
    [Pattern("^/")]
    [Description("The server's data directory, as the server sees it.")]
    [Default("/var/lib/mysql")]
    public string DataDirectory { get; set; } = "/var/lib/mysql";

    [Description("How to ask the server whether it answers. Without it the server's greeting is the proof of life.")]
    public DatabaseConnection? Connection { get; set; }
}
