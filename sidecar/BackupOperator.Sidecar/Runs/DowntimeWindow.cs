using BackupOperator.Api.Entities;
using BackupOperator.Sidecar.Locking;
using BackupOperator.Sidecar.Reporting;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Sidecar.Runs;

/// <summary>
/// The time in which the database is stopped: scales down, waits until the pods are gone, takes the lock, lets the work
/// be done, and scales up again, whatever happens in between.
/// </summary>
public sealed class DowntimeWindow(RunContext context, ILogger<DowntimeWindow> logger)
{
    /// <param name="write">Whether the work changes the data directory; else the database must have been stopped to the end of it.</param>
    /// <param name="work">Gets a token that ends with the allowed downtime.</param>
    /// <param name="mayStart">Asked before the scale-up: false while the data directory is not fit to be started.</param>
    /// <exception cref="RunException">The stop, the lock or the work failed. MySQL was scaled up before this is thrown.</exception>
    public async Task RunAsync(bool write, Func<CancellationToken, Task> work, Func<bool>? mayStart, CancellationToken cancellationToken)
    {
        var stopped = false;
        try
        {
            context.Reporter.Step(RunStep.Quiescing);
            var mark = await context.Quiescer.StopAsync(swapping: false, cancellationToken);
            stopped = true;
            context.Reporter.Update(report => report with { StoppedAt = mark.Since, ResumedAt = null, AnsweredAt = null });
            await WorkInTimeAsync(mark, write, work, mayStart, cancellationToken);
        }
        catch (Exception problem)
        {
            // Now: the start may wait for an API that does not come back before this pod is killed.
            TerminationLog.Write(context.Settings.TerminationLog, FailureClassifier.Classify(problem).ToRunFailure());
            throw;
        }
        finally
        {
            if (mayStart?.Invoke() != false)
            {
                await StartAsync(stopped);
            }
            else
            {
                logger.LogError("The data directory is between two states; MySQL stays stopped until that is undone");
            }
        }
    }

    /// <summary>Scales up. Not cancellable: what was stopped is started again, however long the API takes.</summary>
    /// <returns>False where there is nothing that is this run's to start.</returns>
    public async Task<bool> StartAsync(bool stopped)
    {
        var ours = await context.Resumer.ScaleUpAsync(stopped, CancellationToken.None);
        if (ours)
        {
            context.Reporter.Update(report => report.StoppedAt is null || report.ResumedAt is not null
                ? report
                : report with { ResumedAt = context.Time.GetUtcNow() });
        }

        return ours;
    }

    private async Task WorkInTimeAsync(
        QuiesceMark mark, bool write, Func<CancellationToken, Task> work, Func<bool>? mayStart, CancellationToken cancellationToken)
    {
        var left = mark.Since + context.Run.Target.MaxDowntime - context.Time.GetUtcNow();
        using var limit = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, context.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await context.Quiescer.WaitUntilGoneAsync(both.Token);
            using var held = await LockAsync(write, both.Token);
            context.Reporter.Update(report => report with
            {
                LockedAt = held.Unavailable is null ? context.Time.GetUtcNow() : null,
                LockUnavailable = held.Unavailable,
            });
            await work(both.Token);
            if (!write)
            {
                await context.Quiescer.EnsureStillStoppedAsync(both.Token);
            }
        }
        catch (Exception late) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested && IsCancellation(late))
        {
            throw Late(write, mayStart?.Invoke() != false, late);
        }
    }

    private RunException Late(bool write, bool starts, Exception cause)
    {
        var (target, step) = (context.Run.Target, context.Reporter.Report.Step);
        var field = context.Run.ResourceKind == MySqlBackup.KindName ? "spec.cold.maxDowntime" : "spec.safety.maxDowntime";
        var then = !starts ? "stays stopped until the move of its data directories is undone"
            : write ? "is started again on its old data"
            : "is started again";
        var (spent, remedy) = step switch
        {
            RunStep.Quiescing => ("its pods were ending or its files still in use", "find out what makes its shutdown slow"),
            RunStep.Swapping => ("its data directories were being moved", "make the volume faster"),
            _ => ("its files were being read", "make the storage or the volume faster; what is stored already is not sent again"),
        };
        return new RunException(
            FailureReason.MaxDowntimeExceeded,
            ExitCode.MaxDowntimeExceeded,
            $"MySQL of StatefulSet {context.Run.Namespace}/{target.StatefulSet} would have been stopped for longer than {target.MaxDowntime.TotalSeconds:0} s ({field}), "
            + $"and {then}. The time was up at step {step}, while {spent}. Raise {field}, or {remedy}.",
            inner: cause);
    }

    private async Task<DataDirectoryLock> LockAsync(bool write, CancellationToken cancellationToken)
    {
        try
        {
            return await DataDirectoryLock.TakeAsync(context.DataDirectory, write, context.Settings.LockPatience, context.Time, cancellationToken)
                ?? throw new RunException(
                    FailureReason.DatabaseRunning,
                    ExitCode.TargetChanged,
                    $"The pods of StatefulSet {context.Run.Target.StatefulSet} are gone, and yet a server runs on claim {context.Run.Target.Claim}: "
                    + "its InnoDB holds the lock. Find the pod that mounts this claim, and stop it.");
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new RunException(
                FailureReason.DataDirectoryError,
                ExitCode.DataDirectoryError,
                $"The lock of the data directory cannot be taken: {unusable.Message}. Check the sidecar's user and group, and whether the file system has locks.",
                retryable: true,
                unusable);
        }
    }

    // A work that wraps its cancellation in an error of its own is late all the same.
    private static bool IsCancellation(Exception problem) =>
        problem is OperationCanceledException
        || (problem is not RunException { Reason: FailureReason.TargetChanged or FailureReason.ShutdownTimeout } && problem.InnerException is OperationCanceledException);
}
