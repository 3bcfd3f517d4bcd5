using BackupOperator.Sidecar.Archives;
using BackupOperator.Sidecar.Swapping;
using BackupOperator.Sidecar.Targets;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Sidecar.Runs;

/// <summary>
/// A restore in place: writes the backup's files beside the running database, checks each block, and only then stops
/// MySQL, swaps the directories and starts it. If it does not answer, the old data comes back.
/// </summary>
public sealed class RestoreRun(
    RunContext context, IBackupSource source, SwapFolders folders, DowntimeWindow window, RollBack rollBack, ILogger<RestoreRun> logger)
{
    /// <summary>MySQL is stopped meanwhile.</summary>
    private static readonly TimeSpan AnnouncePatience = TimeSpan.FromSeconds(10);

    private readonly DirectorySwap _swap = new(folders);

    /// <exception cref="RunException">The restore failed. The old data is in place and was started before this is thrown, unless the message says otherwise.</exception>
    public async Task ExecuteAsync(CancellationToken cancellationToken)
    {
        context.Reporter.Step(RunStep.Checking);
        var found = await context.Quiescer.TakeOverAsync(cancellationToken);
        RefuseForeignSwap();
        var journal = _swap.Journal;

        // The disk is right, whatever an earlier attempt could still report.
        SetSwapOpen(journal is not null);
        if (!found.IsMarked)
        {
            await Recovery.LookBeforeAsync(context, cancellationToken);
        }

        if (journal?.State is SwapState.TakingOut or SwapState.PuttingBack)
        {
            await rollBack.ExecuteAsync(journal.UndoReason ?? "An earlier attempt gave up", cancellationToken);
        }

        // With a swap under way the storage is not needed any more.
        var summary = journal?.Source ?? await FetchAsync(found, cancellationToken);
        if (journal?.State != SwapState.Swapped)
        {
            if (journal is null)
            {
                await AwaitEarlierStartAsync(cancellationToken);
            }

            await window.RunAsync(write: true, token => SwapAsync(summary, token), MayStart, cancellationToken);
        }
        else if (found.IsStopped)
        {
            // All is moved: a start ends the downtime sooner than anything else, also one that has lasted too long.
            await window.StartAsync(stopped: true);
        }

        // From here on the way forward is the short one: a signal does not end it, the pod's grace is long enough.
        await ProveAsync(CancellationToken.None);
        await FinishAsync(summary, CancellationToken.None);
    }

    // Not with a swap under way: nobody starts MySQL between two data directories, and to wait for it is to keep it up.
    // Started again after an attempt that died, it may still be starting: a server that is told to end then may not hear it,
    // and is killed after its time of grace. One that does not come up is no reason to wait for ever: new data is at hand.
    private async Task AwaitEarlierStartAsync(CancellationToken cancellationToken)
    {
        if (context.Quiescer.HasTouched && context.MustAnswer)
        {
            await context.Answer.WaitAsync(hopelessEnds: true, cancellationToken);
        }
    }

    private async Task<SourceSummary> FetchAsync(FoundTarget found, CancellationToken cancellationToken)
    {
        if (found.IsStopped)
        {
            // An earlier attempt died before it moved anything: MySQL need not be down for the download.
            await window.StartAsync(stopped: true);
        }

        Directory.CreateDirectory(folders.Data);
        PreviousData.RemoveAbandoned(folders);
        var summary = await source.OpenAsync(context.Run.Restore!.ManifestDigest, cancellationToken);
        context.Reporter.Step(RunStep.Restoring);
        await source.RestoreAsync(cancellationToken);
        logger.LogInformation("{Files} files of backup {BackupId} are restored and checked", summary.Files, summary.BackupId);
        return summary;
    }

    // Of two swaps in one directory neither could be undone.
    private void RefuseForeignSwap()
    {
        if (SwapFolders.FindJournals(folders.Data).FirstOrDefault(file => file != folders.Journal) is { } other)
        {
            throw new RunException(
                FailureReason.DataDirectoryError,
                ExitCode.DataDirectoryError,
                $"Another restore has moved data in claim {context.Run.Target.Claim} and is not over ({other}). Let it end, or remove that file when its outcome is what you want.");
        }
    }

    private bool MayStart() => _swap.Journal is null or { State: SwapState.Swapped };

    private async Task SwapAsync(SourceSummary summary, CancellationToken cancellationToken)
    {
        try
        {
            await AnnounceSwapAsync(cancellationToken);
            context.Reporter.Step(RunStep.Swapping);
            _swap.Complete(summary);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            foreach (var intruder in _swap.Undo(problem.Message))
            {
                logger.LogWarning("Something else wrote to the data directory during the swap; what was in the way of the old data is kept as {Intruder}", intruder);
            }

            SetSwapOpen(false);
            throw new RunException(
                FailureReason.DataDirectoryError,
                ExitCode.DataDirectoryError,
                $"The restored data could not be put in place, and the old data is back: {problem.Message}",
                retryable: true,
                problem);
        }
        catch when (!File.Exists(folders.Journal))
        {
            SetSwapOpen(false);
            throw;
        }
    }

    // Both are known before the first rename: the mark forbids a start, and the report outlives a mark that is taken away.
    private async Task AnnounceSwapAsync(CancellationToken cancellationToken)
    {
        SetSwapOpen(true);
        await context.Quiescer.MarkSwappingAsync(cancellationToken);
        if (!await context.Reporter.FlushAsync(AnnouncePatience))
        {
            throw new RunException(
                FailureReason.KubernetesUnavailable,
                ExitCode.KubernetesUnavailable,
                $"The data directories are not swapped: the Kubernetes API has not taken the report of it for {AnnouncePatience.TotalSeconds:0} s. Another attempt will.",
                retryable: true);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private void SetSwapOpen(bool open) =>
        context.Reporter.Update(report => open || report.SwapOpen is not null ? report with { SwapOpen = open } : report);

    private async Task ProveAsync(CancellationToken cancellationToken)
    {
        if (context.Run.Target.Replicas == 0)
        {
            await context.Resumer.RemoveMarkAsync(cancellationToken);
            return;
        }

        context.Reporter.Step(RunStep.Resuming);
        do
        {
            var seen = await context.Answer.WaitAsync(hopelessEnds: true, cancellationToken);
            if (!seen.Answers)
            {
                await rollBack.ExecuteAsync($"MySQL did not answer on the restored data: {seen.Detail}", cancellationToken);
            }

            context.Reporter.Update(report => report with { AnsweredAt = report.AnsweredAt ?? context.Time.GetUtcNow(), VerifiedAt = context.Time.GetUtcNow() });
        }
        while (!await context.Resumer.RemoveMarkAsync(cancellationToken));
    }

    private async Task FinishAsync(SourceSummary summary, CancellationToken cancellationToken)
    {
        context.Reporter.Step(RunStep.Verifying);
        var keep = context.Run.Restore!.KeepPrevious && Directory.Exists(folders.Previous);
        context.Reporter.Update(report => report with
        {
            Step = RunStep.Done,
            Restore = new RestoreResult
            {
                BackupId = summary.BackupId,
                LogicalBytes = summary.LogicalBytes,
                Files = summary.Files,
                PreviousData = keep ? Path.GetRelativePath(context.Settings.Volume, folders.Previous) : null,
                Started = context.Run.Target.Replicas > 0,
            },
            FinishedAt = context.Time.GetUtcNow(),
            Failure = null,
        });

        // The journal is what tells a next attempt that this one has swapped: it goes only when the result is known.
        if (!await context.Reporter.FlushAsync(RunExecutor.ReportPatience))
        {
            throw new RunException(
                FailureReason.KubernetesUnavailable,
                ExitCode.KubernetesUnavailable,
                "The restore is done, and its result could not be reported: the Kubernetes API does not take it. Another attempt will.",
                retryable: true);
        }

        cancellationToken.ThrowIfCancellationRequested();
        new Settlement(context, folders).Settle(keep);
    }
}
