namespace BackupOperator.Archive.Reading;

/// <summary>The file system has not enough room for what is to be restored; found before anything was written.</summary>
public sealed class TargetFullException(string message) : IOException(message);
