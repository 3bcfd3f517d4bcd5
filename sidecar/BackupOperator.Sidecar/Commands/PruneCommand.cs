using System.CommandLine;
using System.Text.Json;
using BackupOperator.Archive.Pruning;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Sidecar.Local;
using BackupOperator.Sidecar.Reporting;

namespace BackupOperator.Sidecar.Commands;

/// <summary><c>prune</c>: removes backups by a retention, by name, and what was left over; without --yes it only says so.</summary>
internal sealed class PruneCommand : Command
{
    /// <summary>A backup that is under way writes more often than this.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromDays(1);

    private readonly StorageOptions _storage = new("--from");
    private readonly RetentionOptions _retention = new();
    private readonly Option<string[]> _paths = new("--path") { Description = "Remove this backup; may be said more than once.", AllowMultipleArgumentsPerToken = false };
    private readonly Option<bool> _leftovers = new("--leftovers") { Description = "Remove folders without a manifest, and unfinished uploads, that nobody has written to for a week." };
    private readonly Option<bool> _ignoreRunning = new("--ignore-running") { Description = "Remove although a backup was being written within the last day, which may build on one that goes. Only when you know that it is dead." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only say what would go, and why. So it is without --yes too." };
    private readonly Option<bool> _yes = new("--yes") { Description = "Delete." };
    private readonly Option<string> _output = OutputFormat.Option();

    public PruneCommand()
        : base("prune", "Remove old backups from a folder or a bucket: for each database, those that no --keep rule and no limit lets stay. What others build on stays. Nothing is deleted without --yes.")
    {
        _storage.AddTo(this);
        _retention.AddTo(this);
        foreach (var option in new Option[] { _paths, _leftovers, _ignoreRunning, _dryRun, _yes, _output })
        {
            Options.Add(option);
        }

        SetAction((parsed, _) => CommandRunner.RunAsync(parsed, context => RunAsync(parsed, context)));
    }

    private sealed record Row(
        string Path, string? Database, DateTimeOffset? TakenAt, long? StoredBytes, bool Keep, IReadOnlyList<string> Why, string? Problem);

    private async Task<ExitCode> RunAsync(ParseResult parsed, CommandContext context)
    {
        var policy = _retention.Read(parsed);
        var zone = _retention.Zone(parsed);
        var named = (parsed.GetValue(_paths) ?? []).Select(BackupPath.Check).ToHashSet(StringComparer.Ordinal);
        var (yes, sweeps) = (parsed.GetValue(_yes), parsed.GetValue(_leftovers));
        Check(policy is not null, named.Count > 0, sweeps, yes && parsed.GetValue(_dryRun));

        await using var store = _storage.Read(parsed).Open();
        var pruner = new ArchivePruner(store);
        var archives = await ReadAsync(store, context.Cancellation);
        if (named.FirstOrDefault(path => !archives.ContainsKey(path)) is { } missing)
        {
            throw new RunException(FailureReason.BackupNotFound, ExitCode.NotFound, $"There is no backup at {store.Describe(missing)}.");
        }

        var now = context.Time.GetUtcNow();
        var plan = new PrunePlan(archives);
        var rows = policy is not null
            ? plan.Decide(policy, zone, now).Select(d => ToRow(d.Verdict.Backup.Id, archives, d.Database, d.Verdict.Keep, d.Verdict.Reasons)).ToList()
            : [.. archives.Keys.Where(named.Contains).Order(StringComparer.Ordinal).Select(path => ToRow(path, archives, plan.DatabaseOf(path), keep: false, ["named"]))];
        var going = rows.Where(row => !row.Keep).ToList();
        if (yes && going.Count > 0 && !parsed.GetValue(_ignoreRunning) && await pruner.FindRunningAsync(now - Silence, context.Cancellation) is [var running, ..])
        {
            throw new RunException(
                FailureReason.InvalidSpec, ExitCode.Usage,
                $"A backup was being written at {store.Describe(running)} within the last day, and may build on one that would go. Wait until it has ended; if it is dead, say --ignore-running.");
        }

        var leftovers = sweeps ? await pruner.FindLeftoversAsync("", now - RunSweep.Age, new HashSet<string>(), context.Cancellation) : new StoredLeftovers([], []);
        IReadOnlyList<PruneRequest> requests = [.. going.Select(row => new PruneRequest(row.Path, archives[row.Path].Header.BackupId))];
        var results = requests.Count == 0 ? [] : yes ? await pruner.PruneAsync(requests, context.Cancellation) : await pruner.RehearseAsync(requests, context.Cancellation);
        if (yes && sweeps)
        {
            await pruner.SweepAsync("", now - RunSweep.Age, new HashSet<string>(), context.Cancellation);
        }

        var problems = results.Where(result => !result.IsGone).ToDictionary(result => result.Path, StringComparer.Ordinal);
        rows = [.. rows.Select(row => problems.TryGetValue(row.Path, out var left) ? row with { Problem = left.Problem, Keep = left.Untouched } : row)];
        await (OutputFormat.IsJson(parsed.GetValue(_output))
            ? context.Output.WriteLineAsync(JsonSerializer.Serialize(
                new { deleted = yes, backups = rows, leftovers = new { folders = leftovers.Folders, uploads = leftovers.Uploads.Select(u => u.Key) } }, OutputFormat.Json))
            : PrintAsync(context.Output, store, rows, leftovers, yes));
        return problems.Count == 0 ? ExitCode.Success : problems.Values.All(left => left.Untouched) ? ExitCode.Usage : ExitCode.StorageUnavailable;
    }

    private static void Check(bool hasPolicy, bool hasNames, bool sweeps, bool isBoth)
    {
        var wrong = isBoth ? "Say --dry-run or --yes, not both."
            : hasPolicy && hasNames ? "Say which backups go by their names (--path) or by rules, not both."
            : !hasPolicy && !hasNames && !sweeps ? "Say what is to go: by rules such as --keep-last 7 or --max-age 90d, by --path, or --leftovers."
            : null;
        if (wrong is not null)
        {
            throw new RunException(FailureReason.InvalidSpec, ExitCode.Usage, wrong);
        }
    }

    // One that cannot be read keeps all others; the pruner says so.
    private static async Task<Dictionary<string, ArchiveReader>> ReadAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        var archives = new Dictionary<string, ArchiveReader>(StringComparer.Ordinal);
        await foreach (var entry in ArchiveCatalog.ListAsync(store, "", cancellationToken))
        {
            if (entry.Archive is { } archive)
            {
                archives.Add(entry.Path, archive);
            }
        }

        return archives;
    }

    private static Row ToRow(string path, Dictionary<string, ArchiveReader> archives, string database, bool keep, IReadOnlyList<string> why)
    {
        var header = archives[path].Header;
        return new Row(path, database, header.ReadAt, header.StoredBytes, keep, why, null);
    }

    private static async Task PrintAsync(TextWriter output, IObjectStore store, IReadOnlyList<Row> rows, StoredLeftovers leftovers, bool yes)
    {
        foreach (var row in rows)
        {
            var verdict = row.Problem is not null && !row.Keep ? "partly left" : row.Keep ? "keep" : yes ? "deleted" : "would go";
            await output.WriteLineAsync(string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{verdict,-11} {row.TakenAt:yyyy-MM-dd HH:mm:ss}Z {Sizes.Bytes(row.StoredBytes ?? 0),10}  {row.Path}  {row.Database}: {row.Problem ?? string.Join(", ", row.Why)}"));
        }

        foreach (var path in leftovers.Folders.Concat(leftovers.Uploads.Select(u => u.Key)))
        {
            await output.WriteLineAsync($"{(yes ? "deleted" : "would go"),-11} {store.Describe(path)}: left over");
        }

        var gone = rows.Where(row => row is { Keep: false, Problem: null }).ToList();
        await output.WriteLineAsync(
            $"{gone.Count} of {rows.Count} backups with {Sizes.Bytes(gone.Sum(row => row.StoredBytes ?? 0))} {(yes ? "are deleted" : "would go; nothing is deleted without --yes")}.");
    }
}
