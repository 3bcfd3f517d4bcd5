using System.Globalization;

namespace BackupOperator.Archive.Tests.Support;

/// <summary>A control group with a limit on memory, as a container has one; of version 1 or 2, whichever this machine has.</summary>
internal sealed class MemoryLimit : IDisposable
{
    private readonly string _folder;
    private readonly bool _isFirstVersion;

    private MemoryLimit(string root, bool isFirstVersion, long bytes)
    {
        _folder = Path.Combine(root, $"memory-limit-{Environment.ProcessId}-{Guid.NewGuid():N}");
        _isFirstVersion = isFirstVersion;
        Directory.CreateDirectory(_folder);
        File.WriteAllText(Path.Combine(_folder, isFirstVersion ? "memory.limit_in_bytes" : "memory.max"), bytes.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Processes that write their number here are held to the limit.</summary>
    public string Processes => Path.Combine(_folder, "cgroup.procs");

    /// <summary>How many processes were killed for want of memory.</summary>
    public long Kills => _isFirstVersion ? Count("memory.oom_control", "oom_kill ") : Count("memory.events", "oom_kill ");

    /// <summary>How often memory had to be taken back before more was given.</summary>
    public long Reached => _isFirstVersion ? Count("memory.failcnt", "") : Count("memory.events", "max ");

    /// <returns>Null where groups cannot be made.</returns>
    public static MemoryLimit? TryCreate(long bytes)
    {
        try
        {
            return Directory.Exists("/sys/fs/cgroup/memory") ? new MemoryLimit("/sys/fs/cgroup/memory", true, bytes)
                : File.Exists("/sys/fs/cgroup/cgroup.subtree_control") && File.ReadAllText("/sys/fs/cgroup/cgroup.subtree_control").Contains("memory", StringComparison.Ordinal) ? new MemoryLimit("/sys/fs/cgroup", false, bytes)
                : null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Only when its processes are gone.</summary>
    public void Dispose() => Directory.Delete(_folder);

    private long Count(string file, string prefix) =>
        long.Parse(File.ReadLines(Path.Combine(_folder, file)).First(line => line.StartsWith(prefix, StringComparison.Ordinal))[prefix.Length..], CultureInfo.InvariantCulture);
}
