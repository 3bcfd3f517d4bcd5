using System.Runtime.InteropServices;

namespace BackupOperator.LocalCluster.Kubelet.Volumes;

/// <summary>A file of a Secret, ConfigMap or projected volume.</summary>
internal sealed record VolumeFile(byte[] Content, int Mode);

/// <summary>
/// A folder whose files change all at once: they are links through <c>..data</c>, which is switched by one rename
/// (<c>pkg/volume/util/atomic_writer.go</c>). Programs that watch such folders rely on it.
/// </summary>
internal static partial class AtomicFolder
{
    private const string Data = "..data";

    /// <returns>False where the content is the same as before.</returns>
    public static bool Write(string folder, IReadOnlyDictionary<string, VolumeFile> files, long? group)
    {
        Directory.CreateDirectory(folder);
        var link = Path.Combine(folder, Data);
        var before = new FileInfo(link).LinkTarget;
        if (before is not null && IsSame(Path.Combine(folder, before), files))
        {
            return false;
        }

        var name = ".." + Guid.NewGuid().ToString("N");
        foreach (var (path, file) in files)
        {
            var full = Path.Combine(folder, name, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllBytes(full, file.Content);
            File.SetUnixFileMode(full, (UnixFileMode)(group is null ? file.Mode : file.Mode | 0b100_100_000));
            if (group is { } gid)
            {
                Ownership.Set(full, uid: null, gid);
            }
        }

        Directory.CreateDirectory(Path.Combine(folder, name));
        var fresh = Path.Combine(folder, Data + "_tmp");
        File.CreateSymbolicLink(fresh, name);
        Replace(fresh, link);
        Link(folder, files);
        if (before is not null)
        {
            Directory.Delete(Path.Combine(folder, before), recursive: true);
        }

        return true;
    }

    private static void Link(string folder, IReadOnlyDictionary<string, VolumeFile> files)
    {
        var wanted = files.Keys.Select(path => path.Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var present in Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)))
        {
            if (!present.StartsWith("..", StringComparison.Ordinal) && !wanted.Contains(present))
            {
                File.Delete(Path.Combine(folder, present));
            }
        }

        foreach (var name in wanted)
        {
            var path = Path.Combine(folder, name);
            if (new FileInfo(path).LinkTarget is null)
            {
                File.CreateSymbolicLink(path, Path.Combine(Data, name));
            }
        }
    }

    private static bool IsSame(string folder, IReadOnlyDictionary<string, VolumeFile> files) =>
        Directory.Exists(folder)
        && Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count() == files.Count
        && files.All(file =>
            File.Exists(Path.Combine(folder, file.Key))
            && File.ReadAllBytes(Path.Combine(folder, file.Key)).AsSpan().SequenceEqual(file.Value.Content));

    // File.Move follows the link and sees a folder.
    private static void Replace(string source, string target)
    {
        if (rename(source, target) != 0)
        {
            throw new IOException($"{source} -> {target}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rename(string source, string target);
}
