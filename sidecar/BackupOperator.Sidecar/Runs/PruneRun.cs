using BackupOperator.Archive.Pruning;
using BackupOperator.Archive.Storage;
using BackupOperator.Sidecar.Archives;
using BackupOperator.Sidecar.Reporting;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Sidecar.Runs;

/// <summary>
/// Deletes backups from all their storages, the first one first. It knows nothing of the database and of the API: what is
/// left is told by the termination message, and where nothing is left, the exit code says so.
/// </summary>
public sealed class PruneRun(RunSpec run, RunSettings settings, IArchiveFactory archives, TimeProvider time, ILogger<PruneRun> logger)
{
    private int _swept;

    public async Task<ExitCode> ExecuteAsync(CancellationToken cancellationToken)
    {
        try
        {
            var left = await PruneAsync(cancellationToken);
            if (left.Count + _swept > 0)
            {
                TerminationLog.Write(settings.TerminationLog, new PruneReport { Left = left, Swept = _swept });
            }

            if (left.Count == 0)
            {
                return ExitCode.Success;
            }

            // What was refused is refused by the next attempt too.
            return left.All(problem => problem.Untouched) ? ExitCode.Usage : ExitCode.StorageUnavailable;
        }
        catch (Exception problem)
        {
            var failure = FailureClassifier.Classify(problem);
            logger.LogError("{Reason}: {Message}", failure.Reason, failure.Message);
            TerminationLog.Write(settings.TerminationLog, failure.ToRunFailure());
            return failure.ExitCode;
        }
    }

    private async Task<List<PruneProblem>> PruneAsync(CancellationToken cancellationToken)
    {
        var backups = run.Prune!.Backups;
        var left = new Dictionary<int, PruneProblem>();
        var stores = archives.OpenAll();
        try
        {
            var wanted = Enumerable.Range(0, backups.Count).Select(i => (Index: i, Backup: backups[i])).ToList();
            for (var s = 0; s < stores.Count; s++)
            {
                foreach (var (index, problem) in await PruneAsync(stores[s], wanted, isFirst: s == 0, cancellationToken))
                {
                    left.TryAdd(index, s == 0 && stores.Count > 1 ? problem with { Problem = $"{problem.Problem.TrimEnd('.')}. Its copies stay" } : problem);
                }

                // What the first storage still has may be a good backup: its copies stay with it.
                wanted = s == 0 ? [.. wanted.Where(w => !left.ContainsKey(w.Index))] : wanted;
            }
        }
        finally
        {
            foreach (var store in stores.Select(s => s.Store).OfType<IObjectStore>())
            {
                await store.DisposeAsync();
            }
        }

        return [.. left.OrderBy(l => l.Key).Select(l => l.Value)];
    }

    private async Task<IReadOnlyList<(int Index, PruneProblem Problem)>> PruneAsync(
        CopyTarget target, List<(int Index, RunPruned Backup)> wanted, bool isFirst, CancellationToken cancellationToken)
    {
        if (wanted.Count == 0)
        {
            return [];
        }

        if (target.Store is not { } store)
        {
            return Tell(wanted.Select(w => (w.Index, target.Problem!, false)));
        }

        try
        {
            var pruner = new ArchivePruner(store);
            var results = await pruner.PruneAsync([.. wanted.Select(w => new PruneRequest(w.Backup.Path, w.Backup.BackupId, w.Backup.ManifestDigest, w.Backup.Unfinished))], cancellationToken);
            foreach (var gone in results.Where(result => result.IsGone))
            {
                logger.LogInformation("{Location} is deleted", store.Describe(gone.Path));
            }

            await SweepAsync(pruner, store, cancellationToken);
            return Tell(wanted.Zip(results).Where(r => !r.Second.IsGone).Select(r => (r.First.Index, r.Second.Problem!, r.Second.Untouched && isFirst)));
        }
        catch (StorageException problem)
        {
            return Tell(wanted.Select(w => (w.Index, problem.Message, false)));
        }
    }

    // Nobody waits for it: what cannot be swept now is swept another time.
    private async Task SweepAsync(ArchivePruner pruner, IObjectStore store, CancellationToken cancellationToken)
    {
        if (run.Prune!.Sweep is not { } sweep)
        {
            return;
        }

        try
        {
            foreach (var path in await pruner.SweepAsync(sweep.Prefix, time.GetUtcNow() - RunSweep.Age, sweep.InUse.ToHashSet(StringComparer.Ordinal), cancellationToken))
            {
                _swept++;
                logger.LogInformation("{Location}, which had no manifest, is deleted", store.Describe(path));
            }
        }
        catch (StorageException problem)
        {
            logger.LogWarning("Leftovers could not be removed: {Cause}", problem.Message);
        }
    }

    private List<(int, PruneProblem)> Tell(IEnumerable<(int Index, string Problem, bool Untouched)> problems)
    {
        var told = problems.Select(p => (p.Index, new PruneProblem(p.Index, p.Problem, p.Untouched))).ToList();
        foreach (var (_, problem) in told)
        {
            logger.LogWarning("{Backup} is left: {Cause}", run.Prune!.Backups[problem.Index].Name, problem.Problem);
        }

        return told;
    }
}
