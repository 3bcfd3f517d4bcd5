using BackupOperator.Archive.Manifests;

namespace BackupOperator.Archive.Writing;

/// <summary>The lock, and the absence of pods, say that nobody writes; this would show that somebody did.</summary>
internal static class StillDirectory
{
    /// <param name="before">What was found before it was read.</param>
    /// <exception cref="DataDirectoryException">It is not what is there now.</exception>
    public static void Require(ArchiveWriterOptions options, EntryLog before)
    {
        using var entries = before.GetEnumerator();
        DirectoryScanner.Walk(options.SourceDirectory, options.ServerDataDirectory, options.Excluded, isLive: false, now =>
        {
            if (!entries.MoveNext() || ArchivePath.Compare(now.Path, entries.Current.Path) < 0)
            {
                throw Changed(now);
            }

            var was = entries.Current;
            if (was.Path != now.Path || was.Kind != now.Kind || was.Target != now.Target || (was.Kind == ManifestEntryKind.File && !was.Stat.HasContentOf(now.Stat)))
            {
                throw Changed(was);
            }
        });
        if (entries.MoveNext())
        {
            throw Changed(entries.Current);
        }

        DataDirectoryException Changed(SourceEntry entry) =>
            new($"{Path.Combine(options.SourceDirectory, entry.Path)} changed while it was read, although the server is stopped; something else works in this data directory.");
    }
}
