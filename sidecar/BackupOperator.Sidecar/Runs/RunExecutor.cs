using BackupOperator.Kubernetes.Client;
using BackupOperator.Sidecar.Archives;
using BackupOperator.Sidecar.Native;
using BackupOperator.Sidecar.Reporting;
using BackupOperator.Sidecar.Swapping;
using BackupOperator.Sidecar.Targets;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Sidecar.Runs;

/// <summary>Executes one run from its first word to its exit code: composes the steps, and puts things right when they fail.</summary>
public sealed class RunExecutor(
    RunSpec run, RunSettings settings, IKubernetesClient kubernetes, IArchiveFactory archives, TimeProvider time, Random random, ILoggerFactory loggers)
{
    /// <summary>How long a result may wait for the API before the attempt counts as failed.</summary>
    public static readonly TimeSpan ReportPatience = TimeSpan.FromMinutes(10);

    private readonly ILogger _logger = loggers.CreateLogger<RunExecutor>();
    private readonly RunResource _resource = new(kubernetes, run);
    private readonly ApiRetry _retry = new(time, random);
    private readonly SwapFolders _folders = SwapFolders.Locate(Path.Combine(settings.Volume, run.Target.DataSubdirectory), run.Uid);

    public async Task<ExitCode> ExecuteAsync(CancellationToken cancellationToken)
    {
        try
        {
            CheckUser();
        }
        catch (Exception problem)
        {
            return LogFailure(FailureClassifier.Classify(problem));
        }

        if (run.Kind == RunKind.RemovePrevious)
        {
            // Reports nothing: the report belongs to the restore, and its result must stay.
            return RemovePrevious();
        }

        if (run.Kind == RunKind.Copy)
        {
            return await CopyAsync(cancellationToken);
        }

        if (run.Kind == RunKind.Preflight)
        {
            return await PreflightAsync(cancellationToken);
        }

        RunReport? earlier;
        try
        {
            earlier = await _retry.RunAsync(ReadReportAsync, settings.ApiPatience, cancellationToken);

            // Where an earlier attempt has begun, both held. It may have committed: then nothing is stopped any more, and else
            // the replica is asked again before it is.
            if (earlier is null && run.Kind == RunKind.Backup)
            {
                await CheckReplicasAsync(cancellationToken);
            }
        }
        catch (Exception problem)
        {
            return LogFailure(FailureClassifier.Classify(problem));
        }

        await using var reporter = new Reporter(_resource, FirstReport(earlier), time, loggers.CreateLogger<Reporter>());
        var context = Compose(reporter, isRetry: earlier is not null);
        var window = new DowntimeWindow(context, loggers.CreateLogger<DowntimeWindow>());
        var recovery = new FailedRun(context, window, _folders, _resource, loggers.CreateLogger<FailedRun>());
        return run.Kind switch
        {
            RunKind.Backup => await BackUpAsync(context, window, recovery, cancellationToken),
            // Whose result is known is over: there is nothing to restore and nothing to undo any more.
            _ when earlier?.Restore is { } result => await SettleAsync(context, recovery, result, cancellationToken),
            RunKind.Restore => await RestoreAsync(context, window, recovery, cancellationToken),
            _ => await RollBackAsync(context, window, recovery, cancellationToken),
        };
    }

    private async Task<ExitCode> BackUpAsync(RunContext context, DowntimeWindow window, FailedRun failed, CancellationToken cancellationToken)
    {
        await using var archive = archives.CreateArchive(context.DataDirectory, context.Reporter);
        try
        {
            await new BackupRun(context, archive, window, loggers.CreateLogger<BackupRun>()).ExecuteAsync(cancellationToken);
            return await FinishAsync(context);
        }
        catch (Exception problem)
        {
            return await failed.HandleAsync(problem, archive.AbortAsync, cancellationToken);
        }
    }

    private async Task<ExitCode> SettleAsync(RunContext context, FailedRun failed, RestoreResult result, CancellationToken cancellationToken)
    {
        try
        {
            _logger.LogInformation("An earlier attempt has finished this restore");
            new Settlement(context, _folders).Settle(keepPrevious: result.PreviousData is not null);
            return await FinishAsync(context);
        }
        catch (Exception problem)
        {
            return await failed.HandleAsync(problem, abort: null, cancellationToken);
        }
    }

    private async Task<ExitCode> RestoreAsync(RunContext context, DowntimeWindow window, FailedRun failed, CancellationToken cancellationToken)
    {
        await using var source = archives.CreateSource(_folders.Restore, _folders.Data, context.Reporter);
        var rollBack = new RollBack(context, _folders, window, loggers.CreateLogger<RollBack>());
        var restore = new RestoreRun(context, source, _folders, window, rollBack, loggers.CreateLogger<RestoreRun>());
        try
        {
            await restore.ExecuteAsync(cancellationToken);
            return await FinishAsync(context);
        }
        catch (Exception problem)
        {
            return await failed.HandleAsync(problem, abort: null, cancellationToken);
        }
    }

    private async Task<ExitCode> RollBackAsync(RunContext context, DowntimeWindow window, FailedRun failed, CancellationToken cancellationToken)
    {
        try
        {
            await context.Quiescer.TakeOverAsync(cancellationToken);
            await new RollBack(context, _folders, window, loggers.CreateLogger<RollBack>())
                .RunAsync("The restore died while it moved the data directories", cancellationToken);
            context.Reporter.Update(report => report with
            {
                Step = RunStep.Failed,
                Failure = report.Failure ?? new RunFailure
                {
                    Reason = FailureReason.RolledBack,
                    Message = "The restore died while it moved the data directories. It was undone, and MySQL runs on its old data.",
                    Retryable = true,
                },
                FinishedAt = time.GetUtcNow(),
            });
            return await FinishAsync(context);
        }
        catch (Exception problem)
        {
            return await failed.HandleAsync(problem, abort: null, cancellationToken);
        }
    }

    private async Task<ExitCode> CopyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var copies = archives.CreateCopies(new NoProgress());
            await new CopyRun(_resource, _retry, settings.ApiPatience).ExecuteAsync(copies, cancellationToken);
            _logger.LogInformation("All copies are complete");
            return ExitCode.Success;
        }
        catch (Exception problem)
        {
            return LogFailure(FailureClassifier.Classify(problem));
        }
    }

    private async Task<ExitCode> PreflightAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var archive = archives.CreateArchive(_folders.Data, new NoProgress());
            await archive.CheckAsync(cancellationToken);

            // Nothing is stored yet, and should the run end before its Job begins, nobody would look for what was written here.
            if (await archive.FindCommittedAsync(cancellationToken) is null)
            {
                await archive.AbortAsync(cancellationToken);
            }

            _logger.LogInformation("The storage takes the backup");
            return ExitCode.Success;
        }
        catch (Exception problem)
        {
            return LogFailure(FailureClassifier.Classify(problem));
        }
    }

    private ExitCode RemovePrevious()
    {
        try
        {
            PreviousData.Remove(_folders);
            _logger.LogInformation("{Folder} is removed", _folders.Previous);
            return ExitCode.Success;
        }
        catch (Exception problem)
        {
            return LogFailure(FailureClassifier.Classify(problem));
        }
    }

    /// <summary>A result that nobody has heard of is none: the next attempt finds it and reports again.</summary>
    private async Task<ExitCode> FinishAsync(RunContext context)
    {
        if (await context.Reporter.FlushAsync(ReportPatience))
        {
            _logger.LogInformation("Done");
            return ExitCode.Success;
        }

        return LogFailure(new Failure(
            FailureReason.KubernetesUnavailable,
            ExitCode.KubernetesUnavailable,
            "The run is done, and its result could not be reported: the Kubernetes API does not take it. Another attempt will.",
            Retryable: true));
    }

    private ExitCode LogFailure(Failure failure)
    {
        _logger.LogError("{Reason}: {Message}", failure.Reason, failure.Message);
        TerminationLog.Write(settings.TerminationLog, failure.ToRunFailure());
        return failure.ExitCode;
    }

    // Before the first word of a report: whoever finds the right user starts the run anew, as if this had not been.
    private void CheckUser()
    {
        if (run.CheckUser && run.Kind is not (RunKind.Copy or RunKind.Preflight))
        {
            DataOwnerCheck.Require(
                settings.Volume, Path.Combine(settings.Volume, run.Target.DataSubdirectory), run.Target, LibC.EffectiveUser(), write: run.Kind != RunKind.Backup);
        }
    }

    // Before the first word of a report: then a run that may stop all pods can still be made to do so.
    private async Task CheckReplicasAsync(CancellationToken cancellationToken)
    {
        var client = new TargetClient(kubernetes, run);

        // What has been stopped for this run was fit when it was stopped, and cannot be asked now.
        if (ReplicaCheck.For(run, client, _retry, settings, time) is { } replica
            && (await _retry.RunAsync(client.ReadAsync, settings.ApiPatience, cancellationToken))?.IsStoppedBy(run) != true)
        {
            await replica.RequireAsync(cancellationToken);
        }

        if (run.Backup?.ReplicaLag is { } limit)
        {
            await new LagPrecondition(client, run, limit, settings, time).RequireAsync(cancellationToken);
        }
    }

    private async Task<RunReport?> ReadReportAsync(CancellationToken cancellationToken) =>
        (await _resource.ReadAsync(cancellationToken))?.RunStatus.Report;

    // The times of a stop that an earlier attempt made still count; its failure does not.
    private RunReport FirstReport(RunReport? earlier) => earlier switch
    {
        // What is known of a restore's result stays known, from the first word on.
        { Restore: not null } => earlier with { Pod = settings.PodName, Step = RunStep.Done, Failure = null },
        not null when run.Kind == RunKind.RollBack => earlier with { Pod = settings.PodName, Step = RunStep.RollingBack, FinishedAt = null },
        _ => new RunReport
        {
            Pod = settings.PodName,
            Step = RunStep.Checking,
            AnsweredBefore = earlier?.AnsweredBefore,
            StoppedAt = earlier?.StoppedAt,
            LockedAt = earlier?.LockedAt,
            LockUnavailable = earlier?.LockUnavailable,
            ResumedAt = earlier?.ResumedAt,
            AnsweredAt = earlier?.AnsweredAt,
            SwapOpen = earlier?.SwapOpen,
        },
    };

    private RunContext Compose(Reporter reporter, bool isRetry)
    {
        var client = new TargetClient(kubernetes, run);
        var probe = new AliveProbe(client, run, settings, time);
        var resumer = new Resumer(client, run, settings, _retry, loggers.CreateLogger<Resumer>());
        return new RunContext
        {
            Run = run,
            Settings = settings,
            Quiescer = new Quiescer(client, run, settings, _retry, time, loggers.CreateLogger<Quiescer>())
            {
                WasStopped = reporter.Report is { StoppedAt: not null, ResumedAt: null },
            },
            Resumer = resumer,
            Probe = probe,
            Replica = ReplicaCheck.For(run, client, _retry, settings, time, isRetry),
            Outside = new OutsideData(client, run, settings, time),
            Answer = new AnswerWait(probe, resumer, run, settings, _retry, time),
            Reporter = reporter,
            Time = time,
        };
    }
}
