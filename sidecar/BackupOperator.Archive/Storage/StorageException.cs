namespace BackupOperator.Archive.Storage;

public enum StorageFailure
{
    /// <summary>Credentials, or a permission.</summary>
    Refused,
    BucketNotFound,

    /// <summary>No space, or a quota is used up.</summary>
    Full,

    /// <summary>The store did not answer, or answered with errors of its own; later it may.</summary>
    Unavailable,

    /// <summary>No such object, or not as long as it should be.</summary>
    NotFound,

    /// <summary>What was being stored is gone: an upload, a part of one, or what a manifest was about to name. Whoever has the bytes can store them again.</summary>
    Lost,

    /// <summary>Another attempt at the same backup goes on in its place.</summary>
    TakenOver,
    AlreadyExists,

    /// <summary>The object is in a class of which nothing can be read before the store has brought it back.</summary>
    Archived,
}

/// <summary>The store did not do what it was asked; the message names the object, the cause and the way out.</summary>
public sealed class StorageException(StorageFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public StorageFailure Failure { get; } = failure;
}
