namespace BackupOperator.Archive;

/// <summary>The numbers and names of format version 1 (docs/archive-format.md).</summary>
public static class ArchiveFormat
{
    public const int Version = 1;

    /// <summary>Bytes of a block of a file; only a file's last block is shorter.</summary>
    public const int BlockSize = 1 << 20;

    /// <summary>Bytes of the chunks whose SHA-256s make a pack's digest.</summary>
    public const int ChunkSize = 16 << 20;

    /// <summary>Most bytes of a pack.</summary>
    public const long LargestPack = 4L << 30;

    /// <summary>Most characters of a line of the manifest.</summary>
    public const int LongestLine = 1 << 20;

    /// <summary>Most blocks in a line of the manifest.</summary>
    public const int BlocksPerLine = 1024;

    public static string ManifestKey(string path) => $"{path}/manifest.json.zst";

    public static string TokenKey(string path) => $"{path}/run.json.zst";

    public static string PackKey(string path, int number) => $"{path}/packs/{number:D5}.pack";

    /// <summary>The block table of a finished pack, while the backup is unfinished.</summary>
    public static string TableKey(string path, int number) => $"{path}/packs/{number:D5}.blocks.zst";
}
