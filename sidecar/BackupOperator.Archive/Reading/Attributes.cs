using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Native;

namespace BackupOperator.Archive.Reading;

/// <summary>Gives a restored entry its owner, mode and time. Only root can give files away; others keep theirs.</summary>
internal static class Attributes
{
    public static void Apply(ManifestEntry entry, string fullPath)
    {
        if (Syscalls.IsRoot)
        {
            Syscalls.ChangeOwner(fullPath, entry.UserId, entry.GroupId);
        }

        if (entry.Kind == ManifestEntryKind.Link)
        {
            return;
        }

        Syscalls.ChangeMode(fullPath, entry.Mode);
        var time = DateTime.UnixEpoch.AddTicks(entry.ModifiedNs / 100);
        if (entry.Kind == ManifestEntryKind.Directory)
        {
            Directory.SetLastWriteTimeUtc(fullPath, time);
        }
        else
        {
            File.SetLastWriteTimeUtc(fullPath, time);
        }
    }
}
