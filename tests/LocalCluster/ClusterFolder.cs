using System.Globalization;

namespace BackupOperator.LocalCluster;

/// <summary>The folder of a cluster. One that a killed cluster left behind is removed by the next that starts.</summary>
internal sealed class ClusterFolder : IDisposable
{
    private const string Prefix = "localcluster-";
    private const string OwnerFile = "owner";
    private readonly bool temporary;

    private ClusterFolder(string path, bool temporary)
    {
        Path = path;
        this.temporary = temporary;
    }

    public string Path { get; }

    public static ClusterFolder Open(string? path)
    {
        if (path is not null)
        {
            return new ClusterFolder(Directory.CreateDirectory(System.IO.Path.GetFullPath(path)).FullName, temporary: false);
        }

        Sweep();
        var folder = Directory.CreateTempSubdirectory(Prefix);

        // Containers run as other users and pass through.
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101);
        File.WriteAllText(System.IO.Path.Combine(folder.FullName, OwnerFile), $"{Environment.ProcessId} {StartTime(Environment.ProcessId)}");
        return new ClusterFolder(folder.FullName, temporary: true);
    }

    public void Dispose()
    {
        if (temporary)
        {
            Remove(Path);
        }
    }

    private static void Sweep()
    {
        foreach (var folder in Directory.EnumerateDirectories(System.IO.Path.GetTempPath(), Prefix + "*"))
        {
            try
            {
                if (!IsOwned(folder))
                {
                    Remove(folder);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Another cluster is at it, or it is not ours.
            }
        }
    }

    private static bool IsOwned(string folder)
    {
        var file = System.IO.Path.Combine(folder, OwnerFile);
        if (!File.Exists(file))
        {
            // Just being made; or what is left of a removal that was cut short.
            return TimeProvider.System.GetUtcNow() - new DateTimeOffset(Directory.GetLastWriteTimeUtc(folder)) < TimeSpan.FromMinutes(1);
        }

        var owner = File.ReadAllText(file).Split(' ');
        return owner.Length < 2 || StartTime(int.Parse(owner[0], CultureInfo.InvariantCulture)) == owner[1];
    }

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Another cluster swept it.
        }
    }

    /// <summary>A pid with its start time names a process for good (<c>proc(5)</c>, field 22 of stat).</summary>
    private static string? StartTime(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
