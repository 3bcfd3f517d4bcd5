namespace BackupOperator.Archive;

/// <summary>The data directory cannot be read, or holds what cannot be backed up.</summary>
public sealed class DataDirectoryException(string message, Exception? inner = null) : Exception(message, inner);
