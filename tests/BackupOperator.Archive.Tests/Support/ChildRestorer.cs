using System.Text.Json;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Tests.Support;

/// <summary>Restores in a process of its own, to be killed with SIGKILL; writes a line into the log for what it has fetched.</summary>
internal static class ChildRestorer
{
    public const string Verb = "restore";

    public static async Task<int> RunAsync(string json)
    {
        var job = JsonSerializer.Deserialize<ChildJob>(json)!;
        await using var store = new SlowReader(ChildWriter.OpenStore(job), job.Log, TimeSpan.FromMilliseconds(job.PauseMilliseconds));
        var archive = await ArchiveReader.OpenAsync(store, "ns/killed");
        await new ArchiveRestorer(archive, new RestoreOptions { TargetDirectory = job.Target! }).RestoreAsync();
        ChildWriter.PrintPeak();
        return 0;
    }

    private sealed class SlowReader(IObjectStore inner, string log, TimeSpan pause) : StoreWrapper(inner)
    {
        private readonly Lock _gate = new();

        public override async Task ReadAsync(string key, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await base.ReadAsync(key, offset, buffer, cancellationToken);
            if (key.EndsWith(".pack", StringComparison.Ordinal))
            {
                lock (_gate)
                {
                    File.AppendAllText(log, $"{buffer.Length}\n");
                }

                await Task.Delay(pause, cancellationToken);
            }
        }
    }
}
