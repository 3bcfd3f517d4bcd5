namespace BackupOperator.MySql.ServerFiles;

/// <summary>
/// The parts that InnoDB cannot do without. Variables of the server may place each of them outside of the data directory, and
/// whoever copies the directory alone has no database.
/// </summary>
public static class InnoDbParts
{
    /// <summary>
    /// Looks at what a server that has InnoDB keeps in its data directory, or in a folder directly below it.
    /// </summary>
    /// <returns>The part that is not there, with the variable that places it; null where all are, or nothing says that there is an InnoDB.</returns>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static string? FindMissing(string dataDirectory)
    {
        // MySQL has its data dictionary there since 8.0, MariaDB its statistics.
        var isMySql8 = File.Exists(Path.Combine(dataDirectory, "mysql.ibd"));
        if (!isMySql8 && !File.Exists(Path.Combine(dataDirectory, "mysql", "innodb_table_stats.ibd")))
        {
            return null;
        }

        if (InnoDbSystemFiles.Find(dataDirectory) is null)
        {
            return "InnoDB's system tablespace (innodb_data_home_dir, innodb_data_file_path)";
        }

        if (!Directory.Exists(Path.Combine(dataDirectory, "#innodb_redo")) && !Has(dataDirectory, "ib_logfile0"))
        {
            return "InnoDB's redo log (innodb_log_group_home_dir)";
        }

        // The first of two that every server since 8.0.3 has; the undo logs of MariaDB may lie in the system tablespace.
        return isMySql8 && !Has(dataDirectory, "undo_001") ? "InnoDB's undo tablespaces (innodb_undo_directory)" : null;
    }

    private static bool Has(string dataDirectory, string name) =>
        File.Exists(Path.Combine(dataDirectory, name))
        || Directory.EnumerateDirectories(dataDirectory).Any(folder => File.Exists(Path.Combine(folder, name)));
}
