using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Merging;

/// <summary>A full backup that was made of a chain.</summary>
/// <param name="Backup">As its manifest says.</param>
/// <param name="BytesCopied">Bytes of packs that the store copied by itself.</param>
/// <param name="BytesPacked">Bytes of packs that were made anew.</param>
public sealed record MergeSummary(ArchiveSummary Backup, long BytesCopied, long BytesPacked);
