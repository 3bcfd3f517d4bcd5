using BackupOperator.Sidecar.Archives;
using BackupOperator.Sidecar.Reporting;

namespace BackupOperator.Sidecar.Tests.Runs;

/// <summary>A storage whose behaviour a test decides, and which remembers what was asked of it.</summary>
internal sealed class FakeArchive : IArchiveFactory, IBackupArchive, IBackupSource, IBackupCopies
{
    public static readonly BackupResult Result = new()
    {
        BackupId = "backup-1",
        Location = "s3://bucket/path",
        ManifestDigest = "sha256:00",
        LogicalBytes = 10,
        StoredBytes = 5,
        BlocksTotal = 2,
        BlocksReused = 1,
        Files = 1,
    };

    private readonly List<string> _calls = [];
    private string _folder = "";

    public IReadOnlyList<string> Calls => _calls;

    /// <summary>Called with the name of each call, before it is done.</summary>
    public Func<string, CancellationToken, Task> On { get; set; } = (_, _) => Task.CompletedTask;

    public bool Committed { get; set; }

    public ServerFacts? Server { get; private set; }

    public IBackupArchive CreateArchive(string dataDirectory, IProgressSink progress) => this;

    public IBackupSource CreateSource(string folder, string dataDirectory, IProgressSink progress)
    {
        _folder = folder;
        return this;
    }

    public Task CheckAsync(CancellationToken cancellationToken) => CallAsync("Check", cancellationToken);

    public async Task<BackupResult?> FindCommittedAsync(CancellationToken cancellationToken)
    {
        await CallAsync("FindCommitted", cancellationToken);
        return Committed ? Result : null;
    }

    public Task PrecopyAsync(CancellationToken cancellationToken) => CallAsync("Precopy", cancellationToken);

    public Task ReadAsync(CancellationToken cancellationToken) => CallAsync("Read", cancellationToken);

    public async Task<BackupResult> CommitAsync(ServerFacts server, CancellationToken cancellationToken)
    {
        await CallAsync("Commit", cancellationToken);
        Server = server;
        Committed = true;
        return Result;
    }

    /// <summary>What comes of the copies.</summary>
    public IReadOnlyList<CopyResult> Copies { get; set; } = [];

    public IBackupCopies CreateCopies(IProgressSink progress) => this;

    public IReadOnlyList<CopyTarget> OpenAll() => [];

    public Archive.Storage.IObjectStore? OpenFirst() => null;

    public IReadOnlyList<CopyResult> PostponeCopies(string reason) => [.. Copies.Select(copy => copy with { Problem = copy.Problem ?? reason })];

    public async Task<IReadOnlyList<CopyResult>> CopyAsync(CancellationToken cancellationToken)
    {
        await CallAsync("Copy", cancellationToken);
        return Copies;
    }

    public async Task<IReadOnlyList<CopyResult>> UpdateAsync(string? digest, CancellationToken cancellationToken)
    {
        await CallAsync($"Update {digest}", cancellationToken);
        return Copies;
    }

    public Task VerifyAsync(string level, CancellationToken cancellationToken) => CallAsync($"Verify {level}", cancellationToken);

    public async Task<bool> AbortAsync(CancellationToken cancellationToken)
    {
        await CallAsync("Abort", cancellationToken);
        return true;
    }

    public async Task<SourceSummary> OpenAsync(string? digest, CancellationToken cancellationToken)
    {
        await CallAsync("Open", cancellationToken);
        return new SourceSummary("backup-1", 10, 2);
    }

    public async Task RestoreAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "mysql"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "ibdata1"), "new", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder, "mysql", "user.frm"), "new", cancellationToken);
        await CallAsync("Restore", cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task CallAsync(string name, CancellationToken cancellationToken)
    {
        lock (_calls)
        {
            _calls.Add(name);
        }

        return On(name, cancellationToken);
    }
}
