using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.S3;
using BackupOperator.Archive.Writing;
using BackupOperator.Sidecar.Reporting;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Sidecar.Archives;

/// <summary>A backup in the project's own format.</summary>
/// <param name="facts">What the manifest says of the target.</param>
public sealed class StoredArchive(
    IObjectStore store, string path, ArchiveWriterOptions options, ManifestFacts facts, IProgressSink progress, TimeProvider time, ILogger<StoredArchive>? logger = null)
    : IBackupArchive
{
    private const int MostPasses = 4;
    private const int FewBlocks = 32;
    private string? _fullBecause;
    private string? _digest;
    private ArchiveWriter? _writer;
    private ProgressTracker? _tracker;

    /// <summary>Full, Incremental or Differential.</summary>
    public string Type { get; init; } = ManifestHeader.Full;

    /// <summary>Backups that may become the parent, the best one first.</summary>
    public IReadOnlyList<RunParent> Parents { get; init; } = [];

    /// <summary>Further storages; null where there are none.</summary>
    public BackupCopies? Copies { get; init; }

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        await StoreProbe.RunAsync(store, path, options.Mirrors, cancellationToken);
        await OpenAsync(cancellationToken);
    }

    public async Task<BackupResult?> FindCommittedAsync(CancellationToken cancellationToken) =>
        (await OpenAsync(cancellationToken)).Committed is { } summary ? Result(summary) : null;

    // Each pass stores what has changed during the one before, and takes less time; what the last one leaves is the downtime.
    public async Task PrecopyAsync(CancellationToken cancellationToken)
    {
        var writer = await OpenAsync(cancellationToken);
        var stored = long.MaxValue;
        for (var pass = 0; pass < MostPasses; pass++)
        {
            var since = time.GetTimestamp();
            var result = await writer.RunPassAsync(databaseStopped: false, new ProgressTracker(progress, time), cancellationToken);
            logger?.LogInformation(
                "Pre-copy pass {Pass}: {Bytes} bytes read, {Blocks} blocks stored, in {Seconds:0.0} s",
                pass + 1, result.BytesRead, result.BlocksStored, time.GetElapsedTime(since).TotalSeconds);
            if (result.BlocksStored <= FewBlocks || result.BlocksStored > stored / 2)
            {
                return;
            }

            stored = result.BlocksStored;
        }
    }

    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        _tracker = new ProgressTracker(progress, time);
        var writer = await OpenAsync(cancellationToken);
        var since = time.GetTimestamp();
        var result = await writer.RunPassAsync(databaseStopped: true, _tracker, cancellationToken);
        logger?.LogInformation(
            "Read while MySQL is stopped: {Bytes} bytes, {Blocks} blocks stored, in {Seconds:0.0} s", result.BytesRead, result.BlocksStored, time.GetElapsedTime(since).TotalSeconds);
    }

    public async Task<BackupResult> CommitAsync(ServerFacts server, CancellationToken cancellationToken)
    {
        var writer = await OpenAsync(cancellationToken);
        var summary = await writer.FinishAsync(
            facts with
            {
                ServerFlavour = server.Flavour,
                ServerVersion = server.Version,
                BinlogFile = server.Binlog?.File,
                BinlogPosition = server.Binlog?.Position,
                GtidExecuted = server.GtidExecuted,
                LockUnavailable = server.LockUnavailable,
            },
            cancellationToken);
        _tracker?.Uploaded(writer.BytesUploaded);
        return Result(summary);
    }

    public async Task VerifyAsync(string level, CancellationToken cancellationToken)
    {
        var archive = await ArchiveReader.OpenAsync(store, path, options.Keys, cancellationToken);
        await new ArchiveVerifier(archive, time).VerifyAsync(
            level == nameof(VerificationLevel.ReadBack) ? VerificationLevel.ReadBack : VerificationLevel.Upload,
            _digest,
            new ProgressTracker(progress, time),
            cancellationToken);
    }

    public async Task<IReadOnlyList<CopyResult>> CopyAsync(CancellationToken cancellationToken) =>
        Copies is null ? [] : await Copies.UpdateAsync(_digest, cancellationToken);

    public IReadOnlyList<CopyResult> PostponeCopies(string reason) => Copies?.Postpone(reason) ?? [];

    public async Task<TiersResult?> ApplyTiersAsync(CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var buckets = new[] { store }.Concat(options.Mirrors).OfType<S3ObjectStore>().Where(bucket => bucket.HasTiers).ToList();
        foreach (var bucket in buckets)
        {
            try
            {
                await bucket.ApplyTiersAsync(cancellationToken);
            }
            catch (StorageException problem)
            {
                problems.Add(problem.Message);
            }
        }

        return buckets.Count == 0 ? null : new TiersResult(problems.Count == 0 ? null : string.Join("; ", problems));
    }

    public async Task<bool> AbortAsync(CancellationToken cancellationToken)
    {
        // What stays, stays in the copies too.
        if (_writer is null || !await _writer.AbortAsync(cancellationToken))
        {
            return false;
        }

        if (Copies is not null)
        {
            await Copies.AbortAsync(cancellationToken);
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_writer is not null)
        {
            await _writer.DisposeAsync();
        }

        if (Copies is not null)
        {
            await Copies.DisposeAsync();
        }

        await store.DisposeAsync();
    }

    // The writer lives longer than the token of the step that opens it.
    private async Task<ArchiveWriter> OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _writer ??= await CreateAsync(cancellationToken);
    }

    private async Task<ArchiveWriter> CreateAsync(CancellationToken cancellationToken)
    {
        var parent = options.Parent;
        if (parent is null)
        {
            (parent, _fullBecause) = await ParentChooser.ChooseAsync(store, Type, Parents, options.Keys, cancellationToken);
        }

        return await ArchiveWriter.OpenAsync(store, path, options with { Parent = parent }, CancellationToken.None).WaitAsync(cancellationToken);
    }

    // Nobody's backup fails of not knowing this.
    private static long? Ask(Func<long?> size)
    {
        try
        {
            return size();
        }
        catch (IOException)
        {
            return null;
        }
    }

    private BackupResult Result(ArchiveSummary summary)
    {
        _digest = summary.ManifestDigest;
        return new BackupResult
        {
            BackupId = summary.BackupId,
            Location = store.Describe(path),
            Type = summary.Header.Type,
            FullBecause = summary.Header.Type == Type ? null : _fullBecause ?? "no backup was found that it could build on",
            ParentId = summary.Header.Parent?.BackupId,
            ManifestDigest = summary.ManifestDigest,
            LogicalBytes = summary.Totals.LogicalBytes,
            StoredBytes = summary.StoredBytes,
            StorageFreeBytes = Ask(() => store.AvailableBytes),
            StorageCapacityBytes = Ask(() => store.CapacityBytes),
            BlocksTotal = summary.Totals.Blocks,
            BlocksReused = summary.BlocksReused,
            Files = summary.Totals.Files,
            ServerFlavour = summary.Header.Facts.ServerFlavour,
            ServerVersion = summary.Header.Facts.ServerVersion,
            BinlogFile = summary.Header.Facts.BinlogFile,
            BinlogPosition = summary.Header.Facts.BinlogPosition,
            GtidExecuted = summary.Header.Facts.GtidExecuted,
        };
    }
}
