using System.Text.Json;
using BackupOperator.Archive.Copying;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Merging;
using BackupOperator.Archive.Pruning;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.Volumes;

namespace BackupOperator.Archive.Tests.Support;

/// <summary>What a child process is to do with a finished backup; passed to it as JSON.</summary>
internal sealed record KeepingJob
{
    public required string Folder { get; init; }

    /// <summary>Of a copy, the other storage.</summary>
    public string? ToFolder { get; init; }

    public required string Path { get; init; }

    /// <summary>Of a merge, where the new backup goes.</summary>
    public string? ToPath { get; init; }

    public string? KeysFolder { get; init; }

    public string? CurrentKey { get; init; }

    /// <summary>Receives a line before each change of a store.</summary>
    public required string Log { get; init; }

    public int PauseMilliseconds { get; init; }
}

/// <summary>Copies, merges or wraps a key anew in a process of its own, to be killed with SIGKILL.</summary>
internal static class ChildKeeper
{
    public const string Copy = "copy";
    public const string Merge = "merge";
    public const string Rewrap = "rewrap";

    /// <summary>Deletes backups: <see cref="KeepingJob.Path"/> holds their names with commas between.</summary>
    public const string Prune = "prune";

    /// <summary>How a line of the log begins that says why something was not deleted.</summary>
    public const string Left = "left: ";

    public static async Task<int> RunAsync(string verb, string json)
    {
        var job = JsonSerializer.Deserialize<KeepingJob>(json)!;
        var pause = TimeSpan.FromMilliseconds(job.PauseMilliseconds);
        await using var store = new VolumeObjectStore(job.Folder);
        await using var slow = new SlowWriter(job.ToFolder is { } folder ? new VolumeObjectStore(folder) : store, job.Log, pause);
        var keys = job.KeysFolder is { } secrets ? WrappingKeys.Load(secrets, job.CurrentKey) : null;
        switch (verb)
        {
            case Copy:
                await new ArchiveCopier(store, slow, job.Path, new CopyOptions { Keys = keys }).RunAsync();
                break;
            case Merge:
                await new ArchiveMerger(slow, job.Path, job.ToPath!, MergeOptions(keys)).RunAsync();
                break;
            case Prune:
                await PruneAsync(slow, job);
                break;
            default:
                await WrappedKeys.RewrapAsync(slow, job.Path, keys!);
                break;
        }

        ChildWriter.PrintPeak();
        return 0;
    }

    public static MergeOptions MergeOptions(WrappingKeys? keys) => new() { Keys = keys, PackLimit = 1 << 20, LeastUse = 0.7 };

    // What is left is told in the file that receives the changes, too.
    private static async Task PruneAsync(IObjectStore store, KeepingJob job)
    {
        try
        {
            var results = await new ArchivePruner(store).PruneAsync([.. job.Path.Split(',').Select(name => new PruneRequest(name, name))]);
            await File.AppendAllLinesAsync(job.Log, results.Where(result => !result.IsGone).Select(result => $"{Left}{result.Problem}"));
        }
        catch (StorageException refused)
        {
            await File.AppendAllTextAsync(job.Log, $"{Left}{refused.Failure}: {refused.Message}\n");
        }
    }

    private sealed class SlowWriter(IObjectStore inner, string log, TimeSpan pause) : StoreWrapper(inner)
    {
        private readonly Lock _gate = new();

        public override async Task PutAsync(string key, ReadOnlyMemory<byte> content, PutMode mode = PutMode.Replace, CancellationToken cancellationToken = default)
        {
            await WaitAsync(key);
            await base.PutAsync(key, content, mode, cancellationToken);
        }

        public override async Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken = default)
        {
            await WaitAsync(key);
            return await base.BeginUploadAsync(key, cancellationToken);
        }

        public override async Task<StoredPart> UploadPartAsync(string key, string uploadId, int number, ReadOnlyMemory<byte> content, string checksum, CancellationToken cancellationToken = default)
        {
            await WaitAsync(key);
            return await base.UploadPartAsync(key, uploadId, number, content, checksum, cancellationToken);
        }

        public override async Task<ObjectInfo> CompleteUploadAsync(string key, string uploadId, IReadOnlyList<StoredPart> parts, bool createOnly = false, CancellationToken cancellationToken = default)
        {
            await WaitAsync(key);
            return await base.CompleteUploadAsync(key, uploadId, parts, createOnly, cancellationToken);
        }

        public override async Task<ObjectInfo> CopyAsync(string fromKey, string toKey, CancellationToken cancellationToken = default)
        {
            await WaitAsync(toKey);
            return await base.CopyAsync(fromKey, toKey, cancellationToken);
        }

        public override async Task DeleteAsync(string key, CancellationToken cancellationToken = default)
        {
            await WaitAsync(key);
            await base.DeleteAsync(key, cancellationToken);
        }

        // One object after the other, so that there is a moment to die in after each.
        public override async Task DeleteFolderAsync(string path, CancellationToken cancellationToken = default)
        {
            var keys = new List<string>();
            await foreach (var found in ListAsync($"{path}/", cancellationToken))
            {
                keys.Add(found.Key);
            }

            foreach (var key in keys)
            {
                await DeleteAsync(key, cancellationToken);
            }

            await base.DeleteFolderAsync(path, cancellationToken);
        }

        private async Task WaitAsync(string key)
        {
            lock (_gate)
            {
                File.AppendAllText(log, $"{key}\n");
            }

            await Task.Delay(pause);
        }
    }
}
