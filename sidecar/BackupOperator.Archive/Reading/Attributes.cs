using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Native;

namespace BackupOperator.Archive.Reading;

/// <summary>Gives a restored entry its owner, mode and time. Only root can give files away; others keep theirs.</summary>
internal static class Attributes
{
    // A file runs as nobody else than who starts it, whatever a manifest says. Directories keep the bit that hands the
    // group down: volumes with an fsGroup have it.
    private const int ModeOfFiles = 0x1FF;
    private const int ModeOfDirectories = 0x7FF;

    public static void Apply(ManifestEntry entry, string fullPath)
    {
        if (Syscalls.IsRoot)
        {
            Syscalls.ChangeOwner(fullPath, entry.UserId, entry.GroupId);
        }

        if (entry.Kind != ManifestEntryKind.Link)
        {
            Syscalls.ChangeMode(fullPath, entry.Mode & (entry.Kind == ManifestEntryKind.Directory ? ModeOfDirectories : ModeOfFiles));
        }

        Syscalls.ChangeTime(fullPath, entry.ModifiedNs);
    }

    public static void Apply(ManifestRoot root, string fullPath)
    {
        if (Syscalls.IsRoot)
        {
            Syscalls.ChangeOwner(fullPath, root.Uid, root.Gid);
        }

        Syscalls.ChangeMode(fullPath, root.Mode & ModeOfDirectories);
    }
}
