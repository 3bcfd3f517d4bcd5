using System.Security.Cryptography;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Packs;

/// <summary>Keeps the resume token in the store: one save at a time, and each takes what is true when it begins.</summary>
internal sealed class TokenKeeper(
    IObjectStore store, string path, string backupId, DateTimeOffset startedAt, DataKey? key, CancellationToken cancellationToken)
{
    private readonly Lock _gate = new();
    private readonly List<FinishedPack> _finished = [];
    private readonly List<PackUpload> _open = [];
    private Task _running = Task.CompletedTask;
    private Task? _next;
    private PutMode _nextMode;
    private long _bytesSent;

    private string? _writtenTag;
    private bool _isClaimed;

    public DateTimeOffset StartedAt => startedAt;

    /// <summary>Whose the token is; null where nobody else writes one.</summary>
    public TokenOwner? Owner { get; init; }

    /// <summary>Whether the token in the store says so already; else the first one that is saved does.</summary>
    public bool IsClaimed
    {
        init => _isClaimed = value;
    }

    /// <summary>Bytes of parts that were sent, by all attempts together.</summary>
    public long BytesSent
    {
        get => Interlocked.Read(ref _bytesSent);
        init => _bytesSent = value;
    }

    public IReadOnlyList<FinishedPack> Finished
    {
        get
        {
            lock (_gate)
            {
                return [.. _finished.OrderBy(pack => pack.Number)];
            }
        }
    }

    public void Opened(PackUpload pack)
    {
        lock (_gate)
        {
            _open.Add(pack);
        }
    }

    /// <summary>The store has a part.</summary>
    public void Arrived(PackUpload pack, StoredPart part)
    {
        lock (_gate)
        {
            pack.Arrived(part.Number, part.ETag);
            Interlocked.Add(ref _bytesSent, part.Size);
        }
    }

    public void Completed(PackUpload? pack, FinishedPack finished)
    {
        lock (_gate)
        {
            if (pack is not null)
            {
                _open.Remove(pack);
            }

            _finished.Add(finished);
        }
    }

    /// <summary>Whether another attempt has taken over.</summary>
    public async Task<bool> IsTakenOverAsync(CancellationToken cancellation) => Owner is not null && await Owner.IsTakenOverAsync(known: null, cancellation);

    /// <exception cref="StorageException">Another attempt has taken over.</exception>
    public Task RequireOwnAsync(CancellationToken cancellation) => Owner?.RequireAsync(known: null, cancellation) ?? Task.CompletedTask;

    /// <summary>Returns when what is true now is in the store.</summary>
    /// <param name="mode">Lazily between packs: a disk that loses the token loses the parts of the open pack with it.</param>
    public Task SaveAsync(PutMode mode = PutMode.ReplaceLazily)
    {
        lock (_gate)
        {
            if (_next is null && _running.IsCompleted)
            {
                return _running = WriteAsync(mode);
            }

            // The running one may have looked before; the next one looks when that is over, for all who wait.
            _nextMode = _next is null || mode == PutMode.Replace ? mode : _nextMode;
            return _next ??= AfterAsync(_running);
        }
    }

    private async Task AfterAsync(Task before)
    {
        await before.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        Task write;
        lock (_gate)
        {
            _next = null;
            _running = write = WriteAsync(_nextMode);
        }

        await write;
    }

    private async Task WriteAsync(PutMode mode)
    {
        await Task.Yield();
        if (Owner is not null && _isClaimed)
        {
            // Else one who was thought dead would take the token back from whoever came after.
            await Owner.RequireAsync(_writtenTag, cancellationToken);
        }

        ResumeToken token;
        lock (_gate)
        {
            token = new ResumeToken
            {
                BackupId = backupId,
                Attempts = Owner?.Ids,
                StartedAt = startedAt,
                BytesSent = BytesSent,
                Finished = [.. _finished],
                Open = [.. _open.Select(pack => pack.Describe())],
            };
        }

        var content = CompressedJson.Write(token, key);
        await store.PutAsync(ArchiveFormat.TokenKey(path), content, mode, cancellationToken);

        _isClaimed = true;

        // The tag that most stores give it; of another one the token is read.
        _writtenTag = Convert.ToHexStringLower(MD5.HashData(content.Span));
    }
}
