namespace BackupOperator.Archive.Native;

/// <summary>The kernel's name for the time since this machine was started.</summary>
internal static class BootId
{
    private const string File = "/proc/sys/kernel/random/boot_id";

    /// <returns>Null where it cannot be read.</returns>
    public static string? Read()
    {
        try
        {
            return System.IO.File.ReadAllText(File).Trim() is { Length: > 0 } id ? id : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
