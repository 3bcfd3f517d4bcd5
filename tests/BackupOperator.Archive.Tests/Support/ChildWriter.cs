using System.Diagnostics;
using System.Text.Json;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.S3;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests.Support;

/// <summary>What a child process is to back up; passed to it as JSON.</summary>
internal sealed record ChildJob
{
    public required string Source { get; init; }

    /// <summary>Of a restore, where to; null for a backup.</summary>
    public string? Target { get; init; }

    /// <summary>Receives a line for each part that the store has taken: its bytes.</summary>
    public required string Log { get; init; }

    /// <summary>A folder; null for S3.</summary>
    public string? Folder { get; init; }

    public string? Endpoint { get; init; }

    public string? Bucket { get; init; }

    public string? Credentials { get; init; }

    public int PartSize { get; init; } = 5 << 20;

    public long PackLimit { get; init; } = 1L << 30;

    /// <summary>A pause before each part, so that a kill finds it at work.</summary>
    public int PauseMilliseconds { get; init; }

    /// <summary>Whether the store is known to fail now and then: what it does is waited for only shortly, and tried often.</summary>
    public bool IsImpatient { get; init; }
}

/// <summary>
/// Backs up in a process of its own, to be killed with SIGKILL, or to be measured: it ends by printing its largest
/// resident memory in bytes.
/// </summary>
internal static class ChildWriter
{
    public const string Verb = "write";

    public static Process Start(ChildJob job) => Start(Verb, job);

    /// <param name="asNobody">As a user that is not root, whom the bits of files keep out.</param>
    public static Process Start<T>(string verb, T job, MemoryLimit? within = null, bool asNobody = false)
    {
        string[] enter = within is null ? [] : ["/bin/sh", "-c", $"echo $$ > {within.Processes} && exec \"$@\"", "sh"];
        string[] become = asNobody ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
        string[] command = [.. enter, .. become, Environment.ProcessPath!, .. Arguments(verb, job)];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_gcServer"] = "0";
        if (asNobody)
        {
            // Of root's, nobody can use.
            start.Environment["HOME"] = "/tmp";
        }

        // As the sidecar has it.
        start.Environment["DOTNET_GCGen0MaxBudget"] = "400000";
        start.Environment["DOTNET_GCConserveMemory"] = "9";
        start.Environment["DOTNET_TieredPGO"] = "0";
        return Process.Start(start)!;
    }

    /// <summary>Runs to the end.</summary>
    /// <returns>The largest resident memory in bytes.</returns>
    public static Task<long> RunToEndAsync(ChildJob job, MemoryLimit? within = null) => RunToEndAsync(Verb, job, within);

    public static async Task<long> RunToEndAsync<T>(string verb, T job, MemoryLimit? within = null, bool asNobody = false)
    {
        using var child = Start(verb, job, within, asNobody);
        var error = child.StandardError.ReadToEndAsync();
        var output = await child.StandardOutput.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        await child.WaitForExitAsync(limit.Token);
        child.ExitCode.ShouldBe(0, await error);
        return long.Parse(output);
    }

    public static IObjectStore OpenStore(ChildJob job) =>
        job.Folder is { } folder
            ? new VolumeObjectStore(folder, job.PartSize)
            : new S3ObjectStore(new S3StoreOptions
            {
                Bucket = job.Bucket!,
                Endpoint = job.Endpoint,
                ForcePathStyle = true,
                CredentialsFolder = job.Credentials,
                PartSize = job.PartSize,
                RequestTimeout = TimeSpan.FromSeconds(job.IsImpatient ? 2 : 120),
                StallTimeout = TimeSpan.FromSeconds(job.IsImpatient ? 2 : 30),
                Retry = job.IsImpatient ? new RetryPolicy { FirstDelay = TimeSpan.FromMilliseconds(10), LongestDelay = TimeSpan.FromMilliseconds(200) } : new RetryPolicy(),
            });

    public static async Task<int> RunAsync(string json)
    {
        var job = JsonSerializer.Deserialize<ChildJob>(json)!;
        await using var store = new LoggingStore(OpenStore(job), job.Log, TimeSpan.FromMilliseconds(job.PauseMilliseconds));
        var options = new ArchiveWriterOptions { BackupId = "killed", SourceDirectory = job.Source, PackLimit = job.PackLimit };
        await using var writer = await ArchiveWriter.OpenAsync(store, "ns/killed", options);
        if (writer.Committed is null)
        {
            await writer.RunPassAsync(databaseStopped: false);
            await writer.RunPassAsync(databaseStopped: true);
            await writer.FinishAsync(new ManifestFacts());
        }

        await File.WriteAllTextAsync($"{job.Log}.uploaded", $"{writer.BytesUploaded}");
        PrintPeak();
        return 0;
    }

    public static void PrintPeak()
    {
        var peak = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal));
        Console.Write(long.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024);
    }

    // Under a test runner this process may be "dotnet" with the assembly as its argument.
    private static IEnumerable<string> Arguments<T>(string verb, T job)
    {
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            yield return typeof(ChildWriter).Assembly.Location;
        }

        yield return verb;
        yield return JsonSerializer.Serialize(job);
    }
}
