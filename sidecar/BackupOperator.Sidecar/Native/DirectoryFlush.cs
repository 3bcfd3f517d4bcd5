namespace BackupOperator.Sidecar.Native;

/// <summary>Makes the entries of a directory (names, renames, removals) survive a loss of power.</summary>
internal static class DirectoryFlush
{
    /// <exception cref="IOException">The directory cannot be opened or flushed.</exception>
    public static void Flush(string directory)
    {
        var descriptor = LibC.Open(directory, LibC.ReadOnlyDirectory);
        if (descriptor < 0)
        {
            throw LibC.LastError($"Cannot open the directory {directory}");
        }

        try
        {
            if (LibC.Flush(descriptor) != 0)
            {
                throw LibC.LastError($"Cannot flush the directory {directory}");
            }
        }
        finally
        {
            _ = LibC.Close(descriptor);
        }
    }
}
