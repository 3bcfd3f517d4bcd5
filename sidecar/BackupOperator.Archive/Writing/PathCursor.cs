using BackupOperator.Archive.Manifests;

namespace BackupOperator.Archive.Writing;

/// <summary>Finds files in a sequence that is in the order of the paths.</summary>
/// <param name="take">The next file; null behind the last one.</param>
internal sealed class PathCursor(Func<FileRecord?> take)
{
    private FileRecord? _next;

    /// <summary>The file of that path; to be asked for in the order of the paths.</summary>
    public FileRecord? Find(string path)
    {
        while ((_next ??= take()) is { } file)
        {
            var order = ArchivePath.Compare(file.Path, path);
            if (order > 0)
            {
                return null;
            }

            _next = null;
            if (order == 0)
            {
                return file;
            }
        }

        return null;
    }
}
