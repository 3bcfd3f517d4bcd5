using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Native;

namespace BackupOperator.Archive.Writing;

/// <summary>Something in the data directory, as a scan saw it.</summary>
internal sealed record SourceEntry(string Path, ManifestEntryKind Kind, FileStat Stat, string? Target);
