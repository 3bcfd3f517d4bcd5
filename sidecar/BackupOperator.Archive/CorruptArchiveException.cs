namespace BackupOperator.Archive;

/// <summary>The archive is damaged or not to be trusted; the message names the object, and the file and block where there is one.</summary>
public sealed class CorruptArchiveException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The object in the store.</summary>
    public string? StoredAs { get; init; }

    /// <summary>The file in the backup.</summary>
    public string? File { get; init; }

    /// <summary>The number of the block in the file, from 0.</summary>
    public long? Block { get; init; }

    /// <summary>Where the block begins in the object, in bytes.</summary>
    public long? Offset { get; init; }
}
