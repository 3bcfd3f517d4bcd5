namespace BackupOperator.Archive.Encryption;

/// <summary>A key is missing, is no key, or is not the one that a backup was encrypted with.</summary>
public sealed class EncryptionKeyException(string message, Exception? inner = null) : Exception(message, inner);
