using BackupOperator.Core.Runs;
using BackupOperator.Sidecar.Native;
using FileAttributes = BackupOperator.Sidecar.Native.FileAttributes;

namespace BackupOperator.Sidecar.Runs;

/// <summary>
/// Whether the sidecar runs as the owner of the data directory. Only that user can read all of a server's files, and
/// only its new files can the server use after a restore.
/// </summary>
public static class DataOwnerCheck
{
    private const string SystemTablespace = "ibdata1";

    /// <param name="volume">Where the claim is mounted; nothing above it is looked at.</param>
    /// <param name="user">The user that this process is.</param>
    /// <param name="write">Whether the run changes the data directory.</param>
    /// <exception cref="RunException">They belong to someone else; whose they are goes with it.</exception>
    public static void Require(string volume, string dataDirectory, RunTarget target, long user, bool write)
    {
        if (Find(volume, dataDirectory) is not var (path, owner) || owner.User == user || (owner.User == 0 && MayUse(path, write)))
        {
            return;
        }

        throw new RunException(
            FailureReason.WrongUser,
            ExitCode.WrongUser,
            $"The data directory in claim {target.Claim} belongs to user {owner.User}, group {owner.Group}, and the sidecar runs as user {user}. "
            + "Name the right one in spec.job.podSecurityContext.runAsUser.")
        {
            Owner = owner,
        };
    }

    /// <summary>The owner of the system tablespace; where that may not be seen, of the folder around it.</summary>
    private static (string Path, FileOwner Owner)? Find(string volume, string dataDirectory)
    {
        for (var path = Path.Combine(dataDirectory, SystemTablespace); path.Length >= volume.Length; path = Path.GetDirectoryName(path)!)
        {
            if (LibC.ReadAttributes(FileAttributes.CurrentDirectory, path, flags: 0, FileAttributes.Owners, out var attributes) == 0)
            {
                return (path, new FileOwner(attributes.User, attributes.Group));
            }
        }

        return null;
    }

    // Everything may be shown as root's and open to others all the same: SMB, NFS with mapped users, a volume with an fsGroup.
    private static bool MayUse(string path, bool write) =>
        LibC.MayAccess(FileAttributes.CurrentDirectory, path, LibC.MayRead | (write ? LibC.MayWrite : 0), LibC.AsEffectiveUser) == 0;
}
