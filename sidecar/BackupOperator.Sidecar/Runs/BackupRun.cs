using BackupOperator.Sidecar.Archives;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Sidecar.Runs;

/// <summary>
/// A cold backup: check, store what can be stored while MySQL serves, stop it, read what has changed since, start it
/// again, and only then finish the upload.
/// </summary>
public sealed class BackupRun(RunContext context, IBackupArchive archive, DowntimeWindow window, ILogger<BackupRun> logger)
{
    private ServerFacts _server = new();

    /// <exception cref="RunException">The backup failed. MySQL was scaled up before this is thrown.</exception>
    public async Task ExecuteAsync(CancellationToken cancellationToken)
    {
        context.Reporter.Step(RunStep.Checking);
        var found = await context.Quiescer.TakeOverAsync(cancellationToken);
        if (context.Run.Target.ExclusiveClaim)
        {
            await ExecuteAloneAsync(found.IsMarked, cancellationToken);
            return;
        }

        if (found.IsStopped)
        {
            // An earlier attempt died while MySQL was stopped: no time for anything that can be done later.
            await window.RunAsync(write: false, CheckAndReadAsync, mayStart: null, cancellationToken);
        }
        else
        {
            if (await archive.FindCommittedAsync(cancellationToken) is { } committed)
            {
                await FinishCommittedAsync(committed, found.IsMarked, cancellationToken);
                return;
            }

            await (found.IsMarked ? AwaitEarlierStartAsync(cancellationToken) : Recovery.LookBeforeAsync(context, cancellationToken));
            await CheckAsync(cancellationToken);
            await PrecopyAsync(cancellationToken);

            // Hours may have passed: who replicates from whom may be different now.
            await (context.Replica?.RequireAsync(cancellationToken) ?? Task.CompletedTask);
            await window.RunAsync(write: false, ReadAsync, mayStart: null, cancellationToken);
        }

        await CompleteAsync(cancellationToken);
    }

    // An attempt before this one has died, and MySQL was started again for it. Nothing is done at its cost before it is back.
    private async Task AwaitEarlierStartAsync(CancellationToken cancellationToken)
    {
        if (!await Recovery.AwaitAnswerAsync(context, cancellationToken) && context.MustAnswer)
        {
            throw new RunException(
                FailureReason.TargetChanged,
                ExitCode.TargetChanged,
                $"Pod {context.Run.Target.Pod} was placed on another node than {context.Run.Target.Node}, where this run has claim {context.Run.Target.Claim}; "
                + "this run ends, so that the volume can follow it. Start a new one.",
                retryable: true);
        }
    }

    // MySQL cannot start before this pod has ended: nothing is done beside it, and its answer is the operator's to wait for.
    private async Task ExecuteAloneAsync(bool marked, CancellationToken cancellationToken)
    {
        var result = await archive.FindCommittedAsync(cancellationToken);
        if (result is null)
        {
            await window.RunAsync(
                write: false,
                async token =>
                {
                    await CheckAndReadAsync(token);
                    context.Reporter.Step(RunStep.Uploading);
                    result = await CommitAsync(token);
                },
                mayStart: null,
                cancellationToken);
        }
        else if (marked)
        {
            await window.StartAsync(stopped: false);
        }

        context.Reporter.Update(report => report with { UploadedAt = report.UploadedAt ?? context.Time.GetUtcNow() });
        await VerifyAndReportAsync(result! with { Copies = archive.PostponeCopies("MySQL waits for this one to end") }, cancellationToken);
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        DataDirectoryCheck.Require(context.DataDirectory, context.Run.Target);
        await context.Outside.RefuseAsync(cancellationToken);
        await archive.CheckAsync(cancellationToken);
        _server = await context.Probe.IdentifyAsync(cancellationToken);
    }

    private async Task PrecopyAsync(CancellationToken cancellationToken)
    {
        if (context.Run.Backup!.Precopy && context.Run.Target.Replicas > 0)
        {
            context.Reporter.Step(RunStep.Precopying);
            context.Reporter.Update(report => report with { Cleared = false });
            await archive.PrecopyAsync(cancellationToken);
        }
    }

    private async Task CheckAndReadAsync(CancellationToken cancellationToken)
    {
        DataDirectoryCheck.Require(context.DataDirectory, context.Run.Target);
        await archive.CheckAsync(cancellationToken);
        await ReadAsync(cancellationToken);
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        context.Reporter.Step(RunStep.Archiving);
        context.Reporter.Update(report => report with { Cleared = false });
        _server = (_server with { LockUnavailable = context.Reporter.Report.LockUnavailable }).ReadStopped(context.DataDirectory);
        await archive.ReadAsync(cancellationToken);
    }

    // The rest of the upload and the start of MySQL take place at the same time.
    private async Task CompleteAsync(CancellationToken cancellationToken)
    {
        context.Reporter.Step(context.Run.Target.Replicas > 0 ? RunStep.Resuming : RunStep.Uploading);
        var commit = CommitAsync(cancellationToken);
        var answer = AwaitAnswerAsync(cancellationToken);

        // Both to their ends, also when one fails: nothing of this run may go on behind the back of the undo.
        await Task.WhenAll(commit, answer);
        await VerifyAndReportAsync(await commit, cancellationToken);
    }

    private async Task<BackupResult> CommitAsync(CancellationToken cancellationToken)
    {
        var result = await archive.CommitAsync(_server.ReadGtids(), cancellationToken);
        logger.LogInformation("Backup {BackupId} is committed at {Location}", result.BackupId, result.Location);
        context.Reporter.Update(report => report with { UploadedAt = context.Time.GetUtcNow() });
        return result;
    }

    private async Task AwaitAnswerAsync(CancellationToken cancellationToken)
    {
        await Recovery.AwaitAnswerAsync(context, cancellationToken);
        if (context.Reporter.Report.UploadedAt is null)
        {
            context.Reporter.Step(RunStep.Uploading);
        }
    }

    private async Task FinishCommittedAsync(BackupResult committed, bool marked, CancellationToken cancellationToken)
    {
        logger.LogInformation("An earlier attempt has committed backup {BackupId}; MySQL is not touched again", committed.BackupId);
        if (marked)
        {
            context.Reporter.Step(RunStep.Resuming);
            await window.StartAsync(stopped: false);
            await Recovery.AwaitAnswerAsync(context, cancellationToken);
        }

        context.Reporter.Update(report => report with { UploadedAt = report.UploadedAt ?? context.Time.GetUtcNow() });
        await VerifyAndReportAsync(committed, cancellationToken);
    }

    // A slow copy is not to keep other runs from the target, a restore among them, nor the backup from being complete.
    private async Task<IReadOnlyList<CopyResult>> CopyAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(context.Settings.CopyPatience, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await archive.CopyAsync(either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var reason = $"it takes longer than the {context.Settings.CopyPatience.TotalMinutes:0} min that the backup waits for it";
            logger.LogInformation("The copies are left to a Job of their own: {Reason}", reason);
            return archive.PostponeCopies(reason);
        }
    }

    private async Task VerifyAndReportAsync(BackupResult result, CancellationToken cancellationToken)
    {
        if (context.Run.Copies.Count > 0 && !context.Run.Target.ExclusiveClaim)
        {
            context.Reporter.Step(RunStep.Uploading);
            result = result with { Copies = await CopyAsync(cancellationToken) };
        }

        var level = context.Run.Backup!.Verification;
        if (!string.Equals(level, "None", StringComparison.OrdinalIgnoreCase))
        {
            context.Reporter.Step(RunStep.Verifying);
            await archive.VerifyAsync(level, cancellationToken);
        }

        result = result with { Tiers = await archive.ApplyTiersAsync(cancellationToken) };
        if (result.Tiers?.Problem is { } problem)
        {
            logger.LogWarning("Older packs stay where they are: {Cause}", problem);
        }

        context.Reporter.Update(report => report with
        {
            Step = RunStep.Done,
            Backup = result,
            Verification = level,
            VerifiedAt = context.Time.GetUtcNow(),
            FinishedAt = context.Time.GetUtcNow(),
            Failure = null,
        });
    }
}
