using BackupOperator.Archive.Copying;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Native;
using BackupOperator.Archive.Packs;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Writing;

/// <summary>
/// Writes one backup. Passes over the live directory only put blocks into the store; the pass over the stopped one decides
/// what the backup holds, and <see cref="FinishAsync"/> makes it one by writing the manifest. An attempt that dies leaves a
/// token, from which the next one with the same backup id goes on.
/// </summary>
public sealed class ArchiveWriter : IAsyncDisposable
{
    private readonly IObjectStore _store;
    private readonly string _path;
    private readonly ArchiveWriterOptions _options;
    private readonly TokenKeeper _token;
    private readonly PackWriter _packs;
    private readonly Candidates _candidates;
    private readonly DataKey? _key;
    private readonly ParentBackup? _parent;
    private readonly PieceComparer _comparer;
    private readonly CancellationTokenSource _lifetime;
    private EntryLog? _known;
    private EntryLog? _final;
    private PassResult? _finalPass;
    private bool _trustsTimes;
    private DateTimeOffset _readAt;
    private bool _mayBeCommitted;

    private ArchiveWriter(IObjectStore store, string path, ArchiveWriterOptions options, TokenKeeper token, PackRecovery recovery, DataKey? key, CancellationTokenSource lifetime, ArchiveSummary? committed = null)
    {
        Committed = committed;
        _store = store;
        _path = path;
        _options = options;
        _token = token;
        _candidates = new Candidates();
        _lifetime = lifetime;
        _key = key;
        _parent = options.Parent is { } parent ? new ParentBackup(parent.Archive, parent.ManifestDigest, options.BootId) : null;
        var mirrors = options.Mirrors.Where(mirror => mirror.PartSize == store.PartSize)
            .Select(mirror => new PackMirror(mirror, path, [.. recovery.Packs.Select(taken => taken.Pack)], options.Time, lifetime.Token));
        _packs = new PackWriter(store, path, token, recovery.NextNumber, options.PackLimit, key, lifetime.Token) { Mirrors = committed is null ? [.. mirrors] : [] };
        _comparer = new PieceComparer(
            _packs, new PackTables(store, pack => _parent?.FindTable(pack) ?? (ArchiveFormat.TableKey(path, pack), key), lifetime.Token));
        foreach (var (pack, blocks) in recovery.Packs.OrderBy(taken => taken.Pack.Number))
        {
            token.Completed(null, pack);
            _candidates.Add(pack.Number, blocks);
        }

        _candidates.Complete();
    }

    /// <summary>The backup, where this attempt or one before it has finished it: nothing is left to be done.</summary>
    public ArchiveSummary? Committed { get; private set; }

    /// <summary>Whether blocks of an attempt before this one were found.</summary>
    public bool IsResumed => !_candidates.IsEmpty;

    /// <summary>Bytes that were sent to the store, by all attempts together.</summary>
    public long BytesUploaded => _token.BytesSent;

    /// <param name="path">The backup's folder in the store.</param>
    /// <exception cref="StorageException">Another backup lies there, or the store does not do what it is asked.</exception>
    public static async Task<ArchiveWriter> OpenAsync(IObjectStore store, string path, ArchiveWriterOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        if (ArchivePath.Refuse(path) is { } reason)
        {
            throw new ArgumentException($"'{path}' {reason}", nameof(path));
        }

        options.Validate();
        var lifetime = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            return await OpenAsync(store, path, options, lifetime);
        }
        catch
        {
            lifetime.Dispose();
            throw;
        }
    }

    private static async Task<ArchiveWriter> OpenAsync(IObjectStore store, string path, ArchiveWriterOptions options, CancellationTokenSource lifetime)
    {
        var cancellationToken = lifetime.Token;
        var now = options.Time.GetUtcNow();
        if (await store.FindAsync(ArchiveFormat.ManifestKey(path), cancellationToken) is not null)
        {
            var summary = await ArchiveReader.SummarizeAsync(store, path, options.Keys, cancellationToken);
            if (summary.BackupId != options.BackupId)
            {
                throw new StorageException(
                    StorageFailure.AlreadyExists, $"{store.Describe(path)} holds another backup ({summary.BackupId}); choose another path.");
            }

            var nothing = new TokenKeeper(store, path, options.BackupId, now, null, lifetime.Token) { BytesSent = summary.StoredBytes };
            await Leftovers.TidyAsync(store, path, (await ArchiveReader.OpenAsync(store, path, options.Keys, cancellationToken)).Packs);
            return new ArchiveWriter(store, path, options, nothing, new PackRecovery(store, path, null, cancellationToken), null, lifetime, summary);
        }

        var key = await FindKeyAsync(store, path, options, cancellationToken);
        var token = await CompressedJson.ReadAsync<ResumeToken>(store, ArchiveFormat.TokenKey(path), key, cancellationToken);
        if (token is not null && (token.Version != ArchiveFormat.Version || token.BackupId != options.BackupId))
        {
            throw new StorageException(
                StorageFailure.AlreadyExists, $"{store.Describe(path)} holds another, unfinished backup ({token.BackupId}); choose another path.");
        }

        if (key is null && options.Keys is { } keys)
        {
            // A token that is readable without a key, and no key: the blocks there are in the clear, and would stay so.
            if (token is not null)
            {
                throw new StorageException(
                    StorageFailure.AlreadyExists, $"{store.Describe(path)} holds another, unencrypted and unfinished backup; choose another path.");
            }

            key = await WrappedKey.CreateAsync(store, path, options.BackupId, keys, cancellationToken);
        }

        var (keeper, recovery) = await TakeOver.RunAsync(store, path, options.BackupId, key, token, options.Random, now, cancellationToken);
        var writer = new ArchiveWriter(store, path, options, keeper, recovery, key, lifetime);
        await keeper.SaveAsync(PutMode.Replace);
        return writer;
    }

    /// <summary>Reads the directory once; returns when the last byte is read, while parts may still be on their way.</summary>
    /// <param name="databaseStopped">A lock proves it, so this pass is what the backup will hold.</param>
    /// <exception cref="DataDirectoryException">The directory cannot be read, or changes although it is stopped.</exception>
    public async Task<PassResult> RunPassAsync(bool databaseStopped, IProgress<ArchiveProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (Committed is not null)
        {
            throw new InvalidOperationException("The backup is committed already.");
        }

        _final = null;
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _lifetime.Token);
        var entries = await Task.Run(() => Scan(!databaseStopped), both.Token);
        _trustsTimes = FileSystems.HasTrustedTimes(_options.SourceDirectory);
        var meter = new ProgressMeter(progress, _options.Time, entries.Bytes, entries.Files, () => _token.BytesSent);
        using var pass = new DirectoryPass(_options, _packs, _candidates, _comparer, _key, !databaseStopped, both.Token);
        var result = await RunAsync(pass, entries, meter, both.Token);
        _known = pass.Entries;
        if (databaseStopped)
        {
            await Task.Run(() => StillDirectory.Require(_options, _known), both.Token);
            (_final, _finalPass, _readAt) = (_known, result, _options.Time.GetUtcNow());
        }

        return result;
    }

    /// <summary>Sends what is left, then writes the manifest, which makes it a backup.</summary>
    public async Task<ArchiveSummary> FinishAsync(ManifestFacts facts, CancellationToken cancellationToken = default)
    {
        if (_final is not { } entries || _finalPass is not { } pass)
        {
            throw new InvalidOperationException("The last pass was not one over the stopped database.");
        }

        using var registration = cancellationToken.Register(static state => ((CancellationTokenSource)state!).Cancel(), _lifetime);
        await _packs.FlushAsync();
        var finished = _token.Finished;
        var used = new PackNumbers(
            entries.Records,
            number => _parent?.FindPack(number) ?? Describe(finished.Single(pack => pack.Number == number)));
        var packs = used.Packs;
        var root = FileStat.TryRead(_options.SourceDirectory) ?? throw new DataDirectoryException($"{_options.SourceDirectory} went away.");
        var header = new ManifestHeader
        {
            BackupId = _options.BackupId,
            Type = _options.Parent?.Type ?? ManifestHeader.Full,
            Parent = _parent?.Reference,
            Encryption = _key is null ? null : ManifestHeader.AesGcm,
            Consistency = ManifestHeader.Cold,
            Facts = facts,
            StartedAt = _token.StartedAt,
            ReadAt = _readAt,
            FinishedAt = _options.Time.GetUtcNow(),
            BootId = _options.BootId,
            Excluded = _options.Excluded,
            Root = new ManifestRoot(root.Mode, root.UserId, root.GroupId),
            Totals = Count(entries),
            StoredBytes = packs.Where(pack => pack.Path == _path).Sum(pack => pack.Size),
            BlocksReused = pass.BlocksReused,
        };
        using var stream = new ObjectWriteStream(_store, ArchiveFormat.ManifestKey(_path), cancellationToken);
        await Task.Run(() => WriteManifest(stream, header, packs, entries, used), cancellationToken);
        await CommitCheck.RunAsync(_store, _path, packs, _key, _options.Keys, cancellationToken);
        await _token.RequireOwnAsync(cancellationToken);
        var summary = ArchiveSummary.Of(header, await CommitAsync(stream, cancellationToken));

        // From here on it is a backup, whatever becomes of what is left to be tidied up.
        Committed = summary;
        await Leftovers.TidyAsync(_store, _path, packs);
        return summary;
    }

    /// <summary>Removes everything that was stored, of a backup that is not to be.</summary>
    /// <returns>False where everything stays: it is or may be a backup, or another attempt has taken it over.</returns>
    public async Task<bool> AbortAsync(CancellationToken cancellationToken = default)
    {
        await _lifetime.CancelAsync();
        await _packs.SettleAsync();
        return Committed is null && !_mayBeCommitted && !await _token.IsTakenOverAsync(cancellationToken)
            && await Leftovers.RemoveUnfinishedAsync(_store, _path, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _lifetime.CancelAsync();
        await _packs.SettleAsync();
        _packs.Dispose();
        _lifetime.Dispose();
    }

    // A request without an answer may have been carried out, or may be yet: whoever comes later sees which.
    private async Task<string> CommitAsync(ObjectWriteStream manifest, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _mayBeCommitted = true;
        try
        {
            return await manifest.CompleteAsync();
        }
        catch (StorageException error) when (error.Failure is StorageFailure.Refused or StorageFailure.BucketNotFound or StorageFailure.Full or StorageFailure.Lost)
        {
            _mayBeCommitted = false;
            throw;
        }
    }

    // The first pass goes by what the parent knows, the others by the pass before.
    private async Task<PassResult> RunAsync(DirectoryPass pass, EntryLog entries, ProgressMeter meter, CancellationToken cancellationToken)
    {
        if (_known is not null || _parent is null)
        {
            using var records = (_known?.Records ?? []).GetEnumerator();
            var known = new PathCursor(() => records.MoveNext() ? records.Current : null);
            return await pass.RunAsync(entries, known.Find, meter);
        }

        await using var feed = _parent.Read(cancellationToken);
        var result = await pass.RunAsync(entries, feed.Find, meter);
        await feed.CompleteAsync();
        return result;
    }

    /// <exception cref="StorageException">What lies there is encrypted, and this backup is not to be.</exception>
    private static async Task<DataKey?> FindKeyAsync(IObjectStore store, string path, ArchiveWriterOptions options, CancellationToken cancellationToken)
    {
        if (options.Keys is { } keys)
        {
            return await WrappedKey.FindAsync(store, path, keys, cancellationToken);
        }

        return await store.FindAsync(ArchiveFormat.DataKeyKey(path), cancellationToken) is null
            ? null
            : throw new StorageException(StorageFailure.AlreadyExists, $"{store.Describe(path)} holds another, encrypted and unfinished backup; choose another path.");
    }

    private ManifestPack Describe(FinishedPack pack) => new(_path, pack.Number, pack.Size, pack.Chunk, pack.Digest, pack.Tag);

    private EntryLog Scan(bool isLive) =>
        DirectoryScanner.Scan(_options.SourceDirectory, _options.ServerDataDirectory, _options.Excluded, isLive);

    private ManifestTotals Count(EntryLog entries)
    {
        var counter = new TotalsCounter();
        foreach (var entry in entries)
        {
            var described = Describe(entry);
            counter.Add(described);
            for (var index = 0; index < described.BlockCount; index++)
            {
                counter.Add(described, index, entry.Record!.Blocks[index]);
            }
        }

        return counter.Totals;
    }

    private void WriteManifest(Stream to, ManifestHeader header, IReadOnlyList<ManifestPack> packs, EntryLog entries, PackNumbers used)
    {
        using var writer = new ManifestWriter(to, header, packs, _path, _key);
        foreach (var entry in entries)
        {
            writer.Write(Describe(entry), entry.Record is { } record ? used.Translate(record.Blocks) : []);
        }

        writer.Complete();
    }

    private ManifestEntry Describe(SourceEntry entry)
    {
        var stat = entry.Stat;
        var isProof = entry.Record?.CanBeKnownAgain == true && _trustsTimes;
        return new ManifestEntry
        {
            Kind = entry.Kind,
            Path = entry.Path,
            Mode = stat.Mode,
            UserId = stat.UserId,
            GroupId = stat.GroupId,
            ModifiedNs = stat.ModifiedNs,
            ChangedNs = isProof ? stat.ChangedNs : null,
            Inode = isProof ? stat.Inode : null,
            Size = entry.Kind == ManifestEntryKind.File ? stat.Size : 0,
            Target = entry.Target,
        };
    }
}
