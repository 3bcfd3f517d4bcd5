using BackupOperator.Archive.Manifests;

namespace BackupOperator.Sidecar.Commands;

/// <summary>The folder of a backup as a person names it.</summary>
internal static class BackupPath
{
    /// <exception cref="RunException">It cannot be one.</exception>
    public static string Check(string text)
    {
        var path = text.Trim('/');
        return ArchivePath.Refuse(path) is { } reason
            ? throw new RunException(FailureReason.InvalidSpec, ExitCode.Usage, $"'{text}' cannot be the folder of a backup: it {reason}.")
            : path;
    }
}
