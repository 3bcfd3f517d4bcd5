using System.Runtime.InteropServices;

namespace BackupOperator.Sidecar.Native;

/// <summary>The owner in <c>struct statx</c> (linux/stat.h), which is the same on every architecture.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct FileAttributes
{
    public const int CurrentDirectory = -100; // AT_FDCWD
    public const uint Owners = 0x18; // STATX_UID | STATX_GID

    [FieldOffset(20)]
    public uint User;

    [FieldOffset(24)]
    public uint Group;
}
