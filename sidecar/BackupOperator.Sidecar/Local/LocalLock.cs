using BackupOperator.Sidecar.Locking;

namespace BackupOperator.Sidecar.Local;

/// <summary>The lock of a data directory on this machine.</summary>
internal static class LocalLock
{
    /// <exception cref="RunException">A server runs there.</exception>
    public static DataDirectoryLock Take(string dataDirectory, bool write) =>
        DataDirectoryLock.TryTake(dataDirectory, write) ?? throw new RunException(
            FailureReason.DatabaseRunning,
            ExitCode.Locked,
            $"A server runs on {dataDirectory}: its InnoDB holds the lock of the system tablespace. Stop it first (systemctl stop mariadb, or mysql), and start it afterwards.");
}
