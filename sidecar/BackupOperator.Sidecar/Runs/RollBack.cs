using BackupOperator.Sidecar.Locking;
using BackupOperator.Sidecar.Swapping;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Sidecar.Runs;

/// <summary>Puts the old data back in its place and starts MySQL on it.</summary>
public sealed class RollBack(RunContext context, SwapFolders folders, DowntimeWindow window, ILogger<RollBack> logger)
{
    private readonly DirectorySwap _swap = new(folders);

    /// <exception cref="RunException">Always: the restore has failed. With reason RolledBack the old data is back.</exception>
    public async Task ExecuteAsync(string reason, CancellationToken cancellationToken)
    {
        var tail = ServerLog.Tail(folders.Data);
        var answers = await RunAsync(reason, cancellationToken);
        throw new RunException(
            FailureReason.RolledBack,
            ExitCode.RolledBack,
            $"The restore was undone, and {Outcome(answers)}. {reason}." + (tail is null ? "" : $" The end of its error log: {tail}"));
    }

    private string Outcome(bool answers) => answers ? "MySQL runs on its old data"
        : context.MustAnswer ? "the old data is back; MySQL starts on it when this pod has ended"
        : "the old data is back; MySQL does not answer on it, as it did not before";

    /// <summary>Undoes whatever swap is open; returns when MySQL answers on the old data.</summary>
    /// <returns>False where it does not, and did not before.</returns>
    public async Task<bool> RunAsync(string reason, CancellationToken cancellationToken)
    {
        if (_swap.Journal is not null)
        {
            logger.LogWarning("Rolling back: {Reason}", reason);
            context.Reporter.Step(RunStep.RollingBack);
            var mark = await context.Quiescer.StopAsync(swapping: true, cancellationToken);
            context.Reporter.Update(report => report with { StoppedAt = report.StoppedAt ?? mark.Since, ResumedAt = null, AnsweredAt = null });
            await WaitUntilGoneAsync(cancellationToken);
            using var held = await DataDirectoryLock.TakeAsync(folders.Data, write: true, context.Settings.LockPatience, context.Time, cancellationToken)
                ?? throw new RunException(
                    FailureReason.DatabaseRunning,
                    ExitCode.KubernetesUnavailable,
                    $"The old data cannot be put back: a server still runs on claim {context.Run.Target.Claim}. It is tried again.",
                    retryable: true);
            foreach (var intruder in _swap.Undo(reason))
            {
                logger.LogWarning("Something else wrote to the data directory during the swap; what was in the way of the old data is kept as {Intruder}", intruder);
            }
        }

        context.Reporter.Update(report => report with { SwapOpen = false });
        await window.StartAsync(stopped: true);
        var answers = await Recovery.AwaitAnswerAsync(context, cancellationToken);
        PreviousData.RemoveRestored(folders);
        return answers;
    }

    // There is no way back from here but through the end of these pods.
    private async Task WaitUntilGoneAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await context.Quiescer.WaitUntilGoneAsync(cancellationToken);
                return;
            }
            catch (RunException slow) when (slow.Reason == FailureReason.ShutdownTimeout)
            {
                logger.LogWarning("The pods have not stopped within {Timeout}; waiting on", context.Run.Target.QuiesceTimeout);
            }
            catch (RunException disturbed) when (disturbed.Reason == FailureReason.TargetChanged)
            {
                // The next attempt stops it again; to give up would leave MySQL on data that is not to be served.
                throw new RunException(
                    disturbed.Reason, ExitCode.KubernetesUnavailable, $"The old data cannot be put back now, and it is tried again: {disturbed.Message}", retryable: true, disturbed);
            }
        }
    }
}
