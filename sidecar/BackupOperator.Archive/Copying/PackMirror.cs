using System.Collections.Concurrent;
using BackupOperator.Archive.Packs;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Copying;

/// <summary>
/// Sends packs to a further storage while the first one gets them. It is given up for good when it fails once, or has made
/// the backup wait for too long in sum: nothing here throws, and <see cref="ArchiveCopier"/> brings what is missing.
/// </summary>
internal sealed class PackMirror : IDisposable
{
    /// <summary>How long a backup waits for a mirror, all its waits together.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly IObjectStore _store;
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop;
    private readonly Task _ready;
    private readonly ConcurrentDictionary<int, Pack> _packs = new();
    private readonly List<Task> _finishing = [];
    private long _waitedTicks;
    private Exception? _problem;

    /// <param name="kept">Packs that an attempt before this one has left and that are taken over.</param>
    public PackMirror(IObjectStore store, string path, IReadOnlyList<FinishedPack> kept, TimeProvider time, CancellationToken cancellationToken)
    {
        (_store, _path, _time) = (store, path, time);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _ready = TryAsync(() => PrepareAsync(kept));
    }

    /// <summary>Why it was given up; null where it keeps up.</summary>
    public Exception? Problem => Volatile.Read(ref _problem);

    public void Begin(int number)
    {
        var pack = new Pack();
        _packs[number] = pack;
        pack.Upload = TryAsync(async () =>
        {
            await _ready;
            pack.UploadId = await _store.BeginUploadAsync(ArchiveFormat.PackKey(_path, number), _stop.Token);
        });
    }

    /// <returns>A task that ends when the content is no longer needed; it never fails.</returns>
    public Task Send(int pack, int number, ReadOnlyMemory<byte> content, string sha256)
    {
        var to = _packs[pack];
        var sent = TryAsync(async () =>
        {
            await to.Upload;
            _stop.Token.ThrowIfCancellationRequested();
            var part = await _store.UploadPartAsync(ArchiveFormat.PackKey(_path, pack), to.UploadId!, number, content, sha256, _stop.Token);
            lock (to.Parts)
            {
                to.Parts.Add(part);
            }
        });
        lock (to.Sending)
        {
            to.Sending.Add(sent);
        }

        return sent;
    }

    /// <summary>The first storage has the pack as a whole.</summary>
    public void Finish(int number, ReadOnlyMemory<byte> table)
    {
        if (!_packs.TryRemove(number, out var pack))
        {
            return;
        }

        var finished = TryAsync(async () =>
        {
            await Task.WhenAll([pack.Upload, .. pack.Sending]);
            _stop.Token.ThrowIfCancellationRequested();
            await _store.CompleteUploadAsync(ArchiveFormat.PackKey(_path, number), pack.UploadId!, pack.Parts, createOnly: false, _stop.Token);
            await _store.PutAsync(ArchiveFormat.TableKey(_path, number), table, PutMode.Replace, _stop.Token);
        });
        lock (_finishing)
        {
            _finishing.Add(finished);
        }
    }

    /// <summary>Waits for what is on its way, as long as there is patience.</summary>
    public async Task WaitAsync(Task work)
    {
        if (work.IsCompleted)
        {
            return;
        }

        var since = _time.GetTimestamp();
        try
        {
            var left = Patience - TimeSpan.FromTicks(Interlocked.Read(ref _waitedTicks));
            await work.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time);
        }
        catch (TimeoutException)
        {
            GiveUp(new StorageException(StorageFailure.Unavailable, $"{_store.Describe(_path)} takes data more slowly than the first storage."));
        }
        finally
        {
            Interlocked.Add(ref _waitedTicks, _time.GetElapsedTime(since).Ticks);
        }
    }

    /// <summary>Returns when all packs that were finished are there, or when it is given up.</summary>
    public Task CompleteAsync()
    {
        lock (_finishing)
        {
            return WaitAsync(Task.WhenAll([_ready, .. _finishing]));
        }
    }

    // Whoever is still at work notices the cancellation; nobody needs to wait for that.
    public void Dispose() => _stop.Cancel();

    // What lies there of attempts before this one has parts that nobody remembers, or perhaps other content.
    private async Task PrepareAsync(IReadOnlyList<FinishedPack> kept)
    {
        if (await _store.FindAsync(ArchiveFormat.ManifestKey(_path), _stop.Token) is not null)
        {
            throw new StorageException(StorageFailure.AlreadyExists, $"{_store.Describe(_path)} holds a finished backup.");
        }

        await Leftovers.AbortUploadsAsync(_store, _path, _stop.Token);
        var sizes = kept.ToDictionary(pack => ArchiveFormat.PackKey(_path, pack.Number), pack => pack.Size, StringComparer.Ordinal);
        var tables = kept.Select(pack => ArchiveFormat.TableKey(_path, pack.Number)).ToHashSet(StringComparer.Ordinal);
        await foreach (var found in _store.ListAsync($"{_path}/packs/", _stop.Token))
        {
            if (!tables.Contains(found.Key) && sizes.GetValueOrDefault(found.Key) != found.Size)
            {
                await _store.DeleteAsync(found.Key, _stop.Token);
            }
        }
    }

    private Task TryAsync(Func<Task> work) => Task.Run(async () =>
    {
        try
        {
            _stop.Token.ThrowIfCancellationRequested();
            await work();
        }
        catch (Exception error)
        {
            GiveUp(error);
        }
    });

    private void GiveUp(Exception why)
    {
        Interlocked.CompareExchange(ref _problem, why, null);
        _stop.Cancel();
    }

    private sealed class Pack
    {
        public Task Upload { get; set; } = Task.CompletedTask;

        public string? UploadId { get; set; }

        public List<Task> Sending { get; } = [];

        public List<StoredPart> Parts { get; } = [];
    }
}
