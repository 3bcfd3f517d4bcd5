using System.Runtime.InteropServices;

namespace BackupOperator.Sidecar.Native;

/// <summary>
/// <c>struct flock</c> of fcntl(2) on 64-bit Linux (x64 and arm64 alike): two shorts, padding to 8, two 64-bit offsets
/// and a process id, 32 bytes in all. A length of 0 means "to the end of the file, wherever that is".
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct FileLock
{
    /// <summary>F_RDLCK: any number of holders, none of which may hold <see cref="Write"/>.</summary>
    public const short Read = 0;

    /// <summary>F_WRLCK; needs a descriptor that may write.</summary>
    public const short Write = 1;

    /// <summary>F_OFD_SETLK: the lock belongs to the open file description, not to the process.</summary>
    public const int SetOpenFileDescriptionLock = 37;

    [FieldOffset(0)]
    public short Type;

    [FieldOffset(2)]
    public short Whence;

    [FieldOffset(8)]
    public long Start;

    [FieldOffset(16)]
    public long Length;

    /// <summary>Must be 0 for locks of open file descriptions.</summary>
    [FieldOffset(24)]
    public int ProcessId;
}
