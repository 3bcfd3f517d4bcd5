namespace BackupOperator.Archive.Storage;

/// <summary>A store that may move objects to where they cannot be read at once.</summary>
public interface IColdStore
{
    /// <exception cref="StorageException">There is no such object, or the store does not answer.</exception>
    Task<Readability> LookAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Asks for an object to be brought back for a while; to ask again is no error. It takes hours.</summary>
    /// <param name="days">How long it then can be read.</param>
    Task ThawAsync(string key, int days, CancellationToken cancellationToken = default);
}

/// <summary>Whether an object's content can be read.</summary>
public enum Readability
{
    Readable,

    /// <summary>It is on its way back.</summary>
    Thawing,

    /// <summary>Nobody has asked for it.</summary>
    Archived,
}
