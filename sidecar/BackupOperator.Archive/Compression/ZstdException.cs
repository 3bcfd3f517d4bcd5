namespace BackupOperator.Archive.Compression;

/// <summary>Data that is no valid zstd frame, or not enough memory for one.</summary>
public sealed class ZstdException(string message) : IOException($"zstd: {message}");
