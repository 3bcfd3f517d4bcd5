using System.Runtime.InteropServices;

namespace BackupOperator.Archive.Writing;

/// <summary>How far a pass is; in bytes of the data directory, except what was uploaded.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ArchiveProgress(long BytesDone, long BytesTotal, long FilesDone, long FilesTotal, long BytesUploaded);
