namespace BackupOperator.TestSupport.Servers;

/// <summary>Where the real servers of the tests are; <c>make test-environment</c> installs them.</summary>
public static class TestEnvironment
{
    /// <summary>A Debian root folder with MySQL 9.7 in it, to chroot into.</summary>
    public static string MySqlRoot =>
        Environment.GetEnvironmentVariable("MYSQL_ROOT") is { Length: > 0 } root ? root : "/var/cache/mysql-backup-operator/mysql-9.7";

    /// <summary>The full path of a program.</summary>
    /// <exception cref="InvalidOperationException">It is not installed.</exception>
    public static string Program(string name)
    {
        foreach (var folder in new[] { "/usr/sbin", "/usr/bin", "/usr/local/bin", "/sbin", "/bin" })
        {
            if (File.Exists(Path.Combine(folder, name)))
            {
                return Path.Combine(folder, name);
            }
        }

        throw new InvalidOperationException($"{name} is not installed on this machine; run `make test-environment`.");
    }
}
