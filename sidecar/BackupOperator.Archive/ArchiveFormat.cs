namespace BackupOperator.Archive;

/// <summary>The numbers and names of format version 1 (docs/archive-format.md).</summary>
public static class ArchiveFormat
{
    public const int Version = 1;

    /// <summary>Bytes of a block of a file; only a file's last block is shorter.</summary>
    public const int BlockSize = 1 << 20;

    /// <summary>Bytes of a piece of a block, the least that is stored of a block that has changed.</summary>
    public const int PieceSize = 64 << 10;

    /// <summary>Most bytes that a block takes in a pack.</summary>
    public const int LargestStoredBlock = BlockSize + Encryption.FrameCipher.Overhead;

    /// <summary>Most bytes of the chunks whose SHA-256s make a pack's digest.</summary>
    public const int LargestChunk = 64 << 20;

    /// <summary>Most bytes of a pack.</summary>
    public const long LargestPack = 4L << 30;

    /// <summary>Disks and memory are dealt with in these.</summary>
    internal const int PageSize = 4096;

    /// <summary>Most bytes of a file.</summary>
    public const long LargestFile = 64L << 40;

    /// <summary>Names at the top of a data directory that begin like this are this software's own, and in no backup.</summary>
    public const string ReservedPrefix = ".mysqlbackup-";

    /// <summary>As <see cref="ReservedPrefix"/>, where a MariaDB is to overlook a folder: it takes hidden ones for schemas.</summary>
    public const string MariaDbReservedPrefix = "#sql-mysqlbackup-";

    /// <summary>The highest number of a pack.</summary>
    public const int LastPack = 99_999;

    /// <summary>Most bytes of a line of the manifest.</summary>
    public const int LongestLine = 1 << 20;

    /// <summary>Most blocks in a line of the manifest.</summary>
    public const int BlocksPerLine = 1024;

    /// <summary>Whether an entry at the top of a data directory is this software's own.</summary>
    public static bool IsReserved(string name) =>
        name.StartsWith(ReservedPrefix, StringComparison.Ordinal) || name.StartsWith(MariaDbReservedPrefix, StringComparison.Ordinal);

    public static string ManifestKey(string path) => $"{path}/manifest.json.zst";

    /// <summary>The wrapped data key of an encrypted backup.</summary>
    public static string DataKeyKey(string path) => $"{path}/key.json";

    public static string TokenKey(string path) => $"{path}/run.json.zst";

    public static string PackKey(string path, int number) => $"{path}/packs/{number:D5}.pack";

    /// <summary>The block table of a finished pack: for resuming, and for the sums of pieces that incremental backups compare with.</summary>
    public static string TableKey(string path, int number) => $"{path}/packs/{number:D5}.blocks.zst";
}
