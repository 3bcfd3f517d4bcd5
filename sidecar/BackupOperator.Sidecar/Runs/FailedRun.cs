using BackupOperator.Sidecar.Reporting;
using BackupOperator.Sidecar.Swapping;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Sidecar.Runs;

/// <summary>What is done when a run has failed, in this order: start MySQL, tell, clean up, wait for MySQL's answer.</summary>
public sealed class FailedRun(
    RunContext context, DowntimeWindow window, SwapFolders folders, RunResource resource, ILogger<FailedRun> logger)
{
    private static readonly TimeSpan TellPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CleanUpPatience = TimeSpan.FromMinutes(1);

    /// <param name="abort">Removes what is stored of the run; called when no other attempt will want it. False where this attempt has not come so far.</param>
    /// <param name="interrupted">The token that a signal has cancelled, if one has.</param>
    public async Task<ExitCode> HandleAsync(Exception problem, Func<CancellationToken, Task<bool>>? abort, CancellationToken interrupted)
    {
        var failure = FailureClassifier.Classify(problem);
        TerminationLog.Write(context.Settings.TerminationLog, failure.ToRunFailure());
        var started = context.Quiescer.HasTouched && MayStart() && await window.StartAsync(stopped: false);

        if (interrupted.IsCancellationRequested)
        {
            failure = await ExplainInterruptionAsync(failure);
        }

        logger.LogError(failure.ExitCode == ExitCode.Unexpected ? problem : null, "{Reason}: {Message}", failure.Reason, failure.Message);
        TerminationLog.Write(context.Settings.TerminationLog, failure.ToRunFailure());
        context.Reporter.Update(report => report with
        {
            Step = RunStep.Failed,
            Failure = failure.ToRunFailure(),
            FinishedAt = context.Time.GetUtcNow(),
        });
        await context.Reporter.FlushAsync(TellPatience);
        if (!failure.Retryable)
        {
            await CleanUpAsync(abort);
        }

        // Where MySQL waits for this pod to end, its answer is the operator's to wait for.
        if (started && !context.Run.Target.ExclusiveClaim && failure.Reason != FailureReason.DatabaseNotRestored)
        {
            await WaitForAnswerAsync();
        }

        await context.Reporter.FlushAsync(TellPatience);
        return failure.ExitCode;
    }

    private bool MayStart()
    {
        try
        {
            return new DirectorySwap(folders).Journal is null or { State: SwapState.Swapped };
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private async Task<Failure> ExplainInterruptionAsync(Failure failure)
    {
        if (failure.Reason != FailureReason.Interrupted)
        {
            return failure;
        }

        try
        {
            using var limit = new CancellationTokenSource(TellPatience, context.Time);
            var entity = await resource.ReadAsync(limit.Token);
            if (entity is null || entity.RunSpec.Cancel || entity.Metadata.DeletionTimestamp is not null)
            {
                return failure with { Reason = FailureReason.Cancelled, Message = "Cancelled.", Retryable = false };
            }
        }
        catch (Exception unknown)
        {
            logger.LogWarning("Whether this run was cancelled is not known: {Cause}", unknown.Message);
        }

        return failure with { Message = "The sidecar was terminated (its pod was deleted, or its node is being drained). Another attempt goes on with what is stored." };
    }

    private async Task CleanUpAsync(Func<CancellationToken, Task<bool>>? abort)
    {
        try
        {
            using var limit = new CancellationTokenSource(CleanUpPatience, context.Time);
            if (abort is not null)
            {
                var isCleared = await abort(limit.Token);
                context.Reporter.Update(report => isCleared ? report with { Cleared = true } : report);
            }

            if (context.Run.Kind == RunKind.Restore && new DirectorySwap(folders).Journal is null)
            {
                PreviousData.RemoveRestored(folders);
            }
        }
        catch (Exception left)
        {
            logger.LogWarning("Leftovers of this run could not be removed: {Cause}", left.Message);
        }
    }

    private async Task WaitForAnswerAsync()
    {
        try
        {
            await Recovery.AwaitAnswerAsync(context, CancellationToken.None);
        }
        catch (Exception silent)
        {
            logger.LogError("{Cause}", silent.Message);
        }
    }
}
