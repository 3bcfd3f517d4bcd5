using BackupOperator.Archive.Manifests;
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
    private readonly CancellationTokenSource _lifetime;
    private IReadOnlyDictionary<string, FileRecord> _records = new Dictionary<string, FileRecord>();
    private IReadOnlyList<SourceEntry>? _final;
    private PassResult? _finalPass;

    private ArchiveWriter(IObjectStore store, string path, ArchiveWriterOptions options, TokenKeeper token, PackRecovery recovery, CancellationTokenSource lifetime)
    {
        _store = store;
        _path = path;
        _options = options;
        _token = token;
        _candidates = new Candidates();
        _lifetime = lifetime;
        _packs = new PackWriter(store, path, token, recovery.NextNumber, options.PackLimit, lifetime.Token);
        foreach (var (pack, blocks) in recovery.Packs)
        {
            token.Completed(null, pack);
            _candidates.Add(pack.Number, blocks);
        }
    }

    /// <summary>The backup, where an attempt before this one has finished it: nothing is left to be done.</summary>
    public ArchiveSummary? Committed { get; private init; }

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

        var lifetime = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var now = options.Time.GetUtcNow();
        if (await store.FindAsync(ArchiveFormat.ManifestKey(path), cancellationToken) is not null)
        {
            var summary = await ArchiveReader.SummarizeAsync(store, path, cancellationToken);
            if (summary.BackupId != options.BackupId)
            {
                throw new StorageException(
                    StorageFailure.AlreadyExists, $"{store.Describe(path)} holds another backup ({summary.BackupId}); choose another path.");
            }

            var nothing = new TokenKeeper(store, path, options.BackupId, now, lifetime.Token);
            await RemoveLeftoversAsync(store, path, cancellationToken);
            return new ArchiveWriter(store, path, options, nothing, new PackRecovery(store, path, cancellationToken), lifetime) { Committed = summary };
        }

        var token = await CompressedJson.ReadAsync<ResumeToken>(store, ArchiveFormat.TokenKey(path), cancellationToken);
        if (token is not null && (token.Version != ArchiveFormat.Version || token.BackupId != options.BackupId))
        {
            throw new StorageException(
                StorageFailure.AlreadyExists, $"{store.Describe(path)} holds another, unfinished backup ({token.BackupId}); choose another path.");
        }

        var recovery = new PackRecovery(store, path, cancellationToken);
        await recovery.RunAsync(token);
        var kept = recovery.Packs.Sum(taken => taken.Pack.Size);
        var keeper = new TokenKeeper(store, path, options.BackupId, token?.StartedAt ?? now, lifetime.Token)
        {
            BytesSent = Math.Max(token?.BytesSent ?? 0, kept),
        };
        var writer = new ArchiveWriter(store, path, options, keeper, recovery, lifetime);
        await keeper.SaveAsync();
        return writer;
    }

    /// <summary>Reads the directory once; returns when the last byte is read, while parts may still be on their way.</summary>
    /// <param name="databaseStopped">A lock proves it, so this pass is what the backup will hold.</param>
    /// <exception cref="DataDirectoryException">The directory cannot be read, or changes although it is stopped.</exception>
    public async Task<PassResult> RunPassAsync(bool databaseStopped, IProgress<ArchiveProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _lifetime.Token);
        var entries = await Task.Run(() => DirectoryScanner.Scan(_options.SourceDirectory, _options.Excluded, !databaseStopped), both.Token);
        var files = entries.Where(entry => entry.Kind == ManifestEntryKind.File).ToList();
        var meter = new ProgressMeter(progress, _options.Time, files.Sum(file => file.Stat.Size), files.Count, () => _token.BytesSent);
        using var pass = new DirectoryPass(_options, _packs, _candidates, !databaseStopped, both.Token);
        var result = await pass.RunAsync(entries, _records, meter);
        _records = pass.Records;
        (_final, _finalPass) = databaseStopped ? (entries, result) : (null, null);
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
        var header = new ManifestHeader
        {
            BackupId = _options.BackupId,
            Consistency = "Cold",
            Facts = facts,
            StartedAt = _token.StartedAt,
            FinishedAt = _options.Time.GetUtcNow(),
            Excluded = _options.Excluded,
        };
        var finished = _token.Finished;
        var used = new PackNumbers(finished, entries.Select(entry => _records.GetValueOrDefault(entry.Path)));
        var packs = used.Packs.Select(pack => new ManifestPack(_path, pack.Number, pack.Size, pack.Chunk, pack.Digest)).ToList();
        using var stream = new ObjectWriteStream(_store, ArchiveFormat.ManifestKey(_path), cancellationToken);
        var totals = await Task.Run(() => WriteManifest(stream, header, packs, entries, used), cancellationToken);
        var digest = await stream.CompleteAsync();
        await RemoveLeftoversAsync(_store, _path, cancellationToken);
        await RemoveUnusedAsync(finished, used, cancellationToken);
        return new ArchiveSummary
        {
            BackupId = _options.BackupId,
            ManifestDigest = digest,
            Header = header,
            Totals = totals,
            StoredBytes = packs.Sum(pack => pack.Size),
            BlocksReused = pass.BlocksReused,
        };
    }

    /// <summary>Removes everything that was stored, of a backup that is not to be.</summary>
    public async Task AbortAsync(CancellationToken cancellationToken = default)
    {
        await _lifetime.CancelAsync();
        await _packs.SettleAsync();
        if (Committed is not null || await _store.FindAsync(ArchiveFormat.ManifestKey(_path), cancellationToken) is not null)
        {
            return;
        }

        await foreach (var upload in _store.ListUploadsAsync($"{_path}/", cancellationToken))
        {
            await _store.AbortUploadAsync(upload.Key, upload.UploadId, cancellationToken);
        }

        await foreach (var found in _store.ListAsync($"{_path}/packs/", cancellationToken))
        {
            await _store.DeleteAsync(found.Key, cancellationToken);
        }

        await _store.DeleteAsync(ArchiveFormat.TokenKey(_path), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _lifetime.CancelAsync();
        await _packs.SettleAsync();
        _packs.Dispose();
        _lifetime.Dispose();
    }

    private ManifestTotals WriteManifest(Stream to, ManifestHeader header, List<ManifestPack> packs, IReadOnlyList<SourceEntry> entries, PackNumbers used)
    {
        using var writer = new ManifestWriter(to, header, packs);
        foreach (var entry in entries)
        {
            var record = entry.Kind == ManifestEntryKind.File ? _records[entry.Path] : null;
            if (record is { IsWhole: false })
            {
                throw new InvalidOperationException($"{entry.Path} was not read to its end.");
            }

            var stat = record?.Stat ?? entry.Stat;
            writer.Write(new ManifestEntry
            {
                Kind = entry.Kind,
                Path = entry.Path,
                Mode = stat.Mode,
                UserId = stat.UserId,
                GroupId = stat.GroupId,
                ModifiedNs = stat.ModifiedNs,
                Size = record?.Stat.Size ?? 0,
                Target = entry.Target,
                Blocks = record is null ? [] : used.Translate(record.Blocks),
            });
        }

        return writer.Complete();
    }

    private static async Task RemoveLeftoversAsync(IObjectStore store, string path, CancellationToken cancellationToken)
    {
        await foreach (var found in store.ListAsync($"{path}/packs/", cancellationToken))
        {
            if (found.Key.EndsWith(".blocks.zst", StringComparison.Ordinal))
            {
                await store.DeleteAsync(found.Key, cancellationToken);
            }
        }

        await store.DeleteAsync(ArchiveFormat.TokenKey(path), cancellationToken);
    }

    /// <summary>Packs of which the last pass took nothing.</summary>
    private async Task RemoveUnusedAsync(IReadOnlyList<FinishedPack> finished, PackNumbers used, CancellationToken cancellationToken)
    {
        foreach (var pack in finished.Except(used.Packs))
        {
            await _store.DeleteAsync(ArchiveFormat.PackKey(_path, pack.Number), cancellationToken);
        }
    }
}
