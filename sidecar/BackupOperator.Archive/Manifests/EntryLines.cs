using System.Text.Json;

namespace BackupOperator.Archive.Manifests;

/// <summary>Reads the lines of files, directories and links: their paths lead nowhere else, and none comes twice.</summary>
internal sealed class EntryLines(ManifestChecks checks)
{
    private readonly OpenDirectories _directories = new();
    private string? _last;

    public ManifestEntry Read(JsonElement root)
    {
        var (kind, path) = root.TryGetProperty("file", out var name) ? (ManifestEntryKind.File, name)
            : root.TryGetProperty("dir", out name) ? (ManifestEntryKind.Directory, name)
            : root.TryGetProperty("link", out name) ? (ManifestEntryKind.Link, name)
            : throw checks.Corrupt("a line is neither file, directory, link nor end");
        var text = path.GetString() ?? throw checks.Corrupt("a path is no text");
        RefusePath(text);
        var target = kind == ManifestEntryKind.Link ? checks.Text(root, "target") : null;
        if (target is not null && LinkTarget.Refuse(text, target) is { } wrong)
        {
            throw checks.Corrupt($"the link {ManifestChecks.Show(text)} {wrong}");
        }

        if (kind == ManifestEntryKind.Directory)
        {
            _directories.Add(text);
        }

        return new ManifestEntry
        {
            Kind = kind,
            Path = text,
            Mode = (int)checks.Number(root, "mode", 0, 0xFFF),
            UserId = (uint)checks.Number(root, "uid", 0, uint.MaxValue),
            GroupId = (uint)checks.Number(root, "gid", 0, uint.MaxValue),
            ModifiedNs = checks.Number(root, "mtime", long.MinValue, long.MaxValue),
            ChangedNs = root.TryGetProperty("ctime", out _) ? checks.Number(root, "ctime", long.MinValue, long.MaxValue) : null,
            Inode = root.TryGetProperty("inode", out var inode) ? inode.TryGetUInt64(out var number) ? number : throw checks.Corrupt("a number is out of its range") : null,
            Size = kind == ManifestEntryKind.File ? checks.Number(root, "size", 0, ArchiveFormat.LargestFile) : 0,
            Target = target,
        };
    }

    // In the order of their paths, so none comes twice; and below nothing but a directory that came before, so none leads
    // through a link or a file.
    private void RefusePath(string path)
    {
        if (ArchivePath.Refuse(path) is { } reason)
        {
            throw new CorruptArchiveException($"{checks.Name} is not to be trusted: the path {ManifestChecks.Show(path)} {reason}.") { StoredAs = checks.Name, File = path };
        }

        if (ArchiveFormat.IsReserved(path))
        {
            throw checks.Corrupt($"the name {ManifestChecks.Show(path)} is reserved");
        }

        if (_last is not null && ArchivePath.Compare(_last, path) >= 0)
        {
            throw checks.Corrupt($"the entry {ManifestChecks.Show(path)} is out of order");
        }

        _last = path;
        if (!_directories.Has(path))
        {
            throw checks.Corrupt($"the path {ManifestChecks.Show(path)} is below what is no directory");
        }
    }
}
