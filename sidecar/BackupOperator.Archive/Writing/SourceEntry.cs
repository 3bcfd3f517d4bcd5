using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Native;

namespace BackupOperator.Archive.Writing;

/// <summary>Something in the data directory, as a scan saw it.</summary>
/// <param name="Record">Of a file, what a pass learned of it; null where none has read it.</param>
internal sealed record SourceEntry(string Path, ManifestEntryKind Kind, FileStat Stat, string? Target, FileRecord? Record = null);
