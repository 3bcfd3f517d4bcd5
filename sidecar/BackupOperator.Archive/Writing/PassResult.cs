namespace BackupOperator.Archive.Writing;

/// <summary>What a pass over the data directory did.</summary>
/// <param name="BytesRead">Bytes that were read from the disk.</param>
/// <param name="BlocksStored">Blocks that were not stored before.</param>
/// <param name="BlocksReused">Blocks that were.</param>
/// <param name="FilesUnchanged">Files that did not have to be read.</param>
public sealed record PassResult(long Files, long LogicalBytes, long BytesRead, long BlocksStored, long BlocksReused, long FilesUnchanged);
