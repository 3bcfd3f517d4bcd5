namespace BackupOperator.Archive.Writing;

/// <summary>
/// InnoDB's link files: the text of <c>table.isl</c> is the path of a tablespace that DATA DIRECTORY has put elsewhere
/// (https://dev.mysql.com/doc/refman/5.7/en/innodb-create-table-external.html, MariaDB to this day).
/// </summary>
internal static class LinkFile
{
    private const int Longest = 4096;

    /// <exception cref="DataDirectoryException">The tablespace is not in the data directory: a backup would lack it.</exception>
    public static void Refuse(string fullPath, string serverRoot)
    {
        if (!fullPath.EndsWith(".isl", StringComparison.Ordinal))
        {
            return;
        }

        string target;
        try
        {
            target = new FileInfo(fullPath) is { Length: <= Longest } ? File.ReadAllText(fullPath).Trim() : throw new InvalidDataException($"{fullPath} is too large");
        }
        catch (FileNotFoundException)
        {
            return;
        }

        var root = Path.GetFullPath(serverRoot);
        if (target.Length > 0 && !Path.GetFullPath(target, root).StartsWith($"{root}/", StringComparison.Ordinal))
        {
            throw new DataDirectoryException(
                $"{fullPath} says that its table lies outside of the data directory, in {target}; the backup would lack it. Move the table into the data directory (ALTER TABLE without DATA DIRECTORY).");
        }
    }
}
