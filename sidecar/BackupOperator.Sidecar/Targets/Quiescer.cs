using BackupOperator.Sidecar.Runs;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Sidecar.Targets;

/// <summary>
/// Stops the database by scaling its StatefulSet to zero, or its last replica by scaling it to one less. The mark that says who stopped it, and what to go back to,
/// is part of the same patch: there is no moment at which the database is stopped and nobody knows why.
/// </summary>
public sealed class Quiescer(
    TargetClient client, RunSpec run, RunSettings settings, ApiRetry retry, TimeProvider time, ILogger<Quiescer> logger)
{
    private long? _generation;

    private int Quiesced => run.Target.QuiescedReplicas;

    /// <summary>An earlier attempt has stopped MySQL, and none has told that it was started again.</summary>
    public bool WasStopped { get; init; }

    /// <summary>Whether this attempt has stopped MySQL, or has found it stopped by an earlier one: then it must bring it back.</summary>
    public bool HasTouched { get; private set; }

    /// <summary>
    /// Checks that the StatefulSet is the one that the run was made for, and that nobody else holds it. A mark that an
    /// earlier attempt of this run has left becomes this attempt's.
    /// </summary>
    /// <exception cref="RunException">It is gone, another one, scaled by someone, or stopped by another run.</exception>
    public Task<FoundTarget> TakeOverAsync(CancellationToken cancellationToken) =>
        retry.RunAsync(
            async token =>
            {
                var state = await ReadOwnAsync(token);
                RefuseForeignHands(state);
                HasTouched |= state.IsStoppedBy(run);
                if (state.IsStoppedBy(run) && state.Mark is { } mark && mark.Pod != settings.PodName)
                {
                    logger.LogInformation("Taking over from pod {Pod}, which had stopped MySQL at {Since}", mark.Pod, mark.Since);
                    await client.PatchAsync(state, mark with { Pod = settings.PodName }, replicas: null, token);
                }

                return new FoundTarget(state.Mark is not null, IsStopped(state), state.Mark?.Swapping == true);
            },
            settings.ApiPatience,
            cancellationToken);

    /// <summary>Sends the scale-down. When MySQL is stopped already by this run, takes that over.</summary>
    /// <param name="swapping">Whether data directories are being moved already; see <see cref="QuiesceMark.Swapping"/>.</param>
    /// <returns>The mark as it is now; its <c>Since</c> is when MySQL was stopped.</returns>
    /// <exception cref="RunException">As for <see cref="TakeOverAsync"/>, or pods would not come back as they were for as long as a stop may take. Nothing was changed.</exception>
    public async Task<QuiesceMark> StopAsync(bool swapping, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        for (var told = false; ; told = true)
        {
            try
            {
                return await TryStopAsync(swapping, cancellationToken);
            }
            catch (RunException unsettled) when (unsettled.ExitCode == ExitCode.TargetUnsettled && time.GetElapsedTime(since) < run.Target.QuiesceTimeout)
            {
                logger.Log(told ? LogLevel.Debug : LogLevel.Information, "Not stopped yet: {Cause}", unsettled.Message);
                await Task.Delay(settings.PauseAfter(time.GetElapsedTime(since)), time, cancellationToken);
            }
        }
    }

    private Task<QuiesceMark> TryStopAsync(bool swapping, CancellationToken cancellationToken) =>
        retry.RunAsync(
            async token =>
            {
                var state = await ReadOwnAsync(token);
                RefuseForeignHands(state);
                await RefuseUnsettledAsync(state, token);

                // A database that is down already went down with the first mark; the clock of the downtime goes on.
                var now = time.GetUtcNow();
                var since = IsStopped(state) ? state.Mark!.Since : now;
                var mark = new QuiesceMark
                {
                    Run = run.Uid,
                    Kind = run.ResourceKind,
                    Name = run.Name,
                    Pod = settings.PodName,
                    Replicas = run.Target.Replicas,
                    QuiescedReplicas = Quiesced,
                    Since = since,
                    Deadline = since + run.Target.MaxDowntime + settings.DeadlineSlack,
                    Swapping = swapping || state.Mark?.Swapping == true,
                };

                // Before the answer, which may be lost.
                HasTouched = true;
                _generation = (await client.PatchAsync(state, mark, Quiesced, token)).Generation;
                logger.LogInformation("StatefulSet {StatefulSet} scaled from {Replicas} to {Quiesced}", run.Target.StatefulSet, state.Replicas, Quiesced);
                return mark;
            },
            settings.ApiPatience,
            cancellationToken);

    /// <summary>Waits until no pod that is to stop exists any more.</summary>
    /// <exception cref="RunException">They did not stop in time, or someone changed the StatefulSet meanwhile.</exception>
    public async Task WaitUntilGoneAsync(CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            var pod = await retry.RunAsync(FindPodAsync, run.Target.QuiesceTimeout, cancellationToken);
            if (pod is null)
            {
                return;
            }

            if (time.GetElapsedTime(since) >= run.Target.QuiesceTimeout)
            {
                throw new RunException(
                    FailureReason.ShutdownTimeout,
                    ExitCode.ShutdownTimeout,
                    $"Pod {pod} did not stop within {run.Target.QuiesceTimeout.TotalSeconds:0} s, so nothing was archived and MySQL is started again. "
                    + "Look for what MySQL does at shutdown (a large buffer pool to flush, innodb_fast_shutdown=0), or raise spec.timeouts.quiesce.");
            }

            await Task.Delay(settings.PauseAfter(time.GetElapsedTime(since)), time, cancellationToken);
        }

        async Task<string?> FindPodAsync(CancellationToken token)
        {
            var state = await ReadOwnAsync(token);
            RefuseInterference(state);
            RefuseChanges(state);
            return await client.FindPodAsync(state, token);
        }
    }

    /// <summary>Forbids everyone to start MySQL until the swap is over. If the guard has been faster, this fails and nothing may be moved.</summary>
    /// <exception cref="RunException">MySQL was started meanwhile, or may have been.</exception>
    public Task MarkSwappingAsync(CancellationToken cancellationToken) =>
        retry.RunAsync(
            async token =>
            {
                var state = await ReadOwnAsync(token);
                RefuseInterference(state);
                await RefusePodsAsync(state, token);
                RefuseChanges(state);
                return await client.PatchAsync(state, state.Mark! with { Swapping = true }, replicas: null, token);
            },
            settings.ApiPatience,
            cancellationToken);

    /// <summary>The last look before the database is started again: it must have been stopped until now.</summary>
    /// <exception cref="RunException">It was started, or may have been.</exception>
    public Task EnsureStillStoppedAsync(CancellationToken cancellationToken) =>
        retry.RunAsync(
            async token =>
            {
                var state = await ReadOwnAsync(token);
                RefuseInterference(state);
                await RefusePodsAsync(state, token);
                RefuseChanges(state);
                return true;
            },
            patience: null,
            cancellationToken);

    private async Task<TargetState> ReadOwnAsync(CancellationToken cancellationToken)
    {
        var state = await client.ReadAsync(cancellationToken) ?? throw new RunException(
            FailureReason.TargetNotFound,
            ExitCode.NotFound,
            $"StatefulSet {run.Namespace}/{run.Target.StatefulSet} does not exist any more.");
        return state.Uid == run.Target.StatefulSetUid
            ? state
            : throw Changed($"StatefulSet {run.Namespace}/{run.Target.StatefulSet} was deleted and created again");
    }

    private static bool IsStopped(TargetState state) =>
        state.Mark is { } mark && mark.Replicas > mark.QuiescedReplicas && state.Replicas == mark.QuiescedReplicas;

    // The operator has looked that the other run is over; that nothing else has changed since is seen here.
    private bool MayReplaceMark(TargetState state) =>
        state.Mark is { Swapping: false } mark && mark.Run == run.Target.SpentMark && state.Replicas >= mark.Replicas;

    private void RefuseForeignHands(TargetState state)
    {
        if (state.Annotation is not null && !state.IsStoppedBy(run) && !MayReplaceMark(state))
        {
            throw Changed(state.Mark is { } other
                ? $"StatefulSet {run.Namespace}/{run.Target.StatefulSet} is stopped by {other.Kind} {other.Name}"
                : $"StatefulSet {run.Namespace}/{run.Target.StatefulSet} has an annotation {QuiesceMark.Annotation} that cannot be read");
        }

        if (state.LosesClaims)
        {
            throw Changed(
                $"StatefulSet {run.Namespace}/{run.Target.StatefulSet} would delete its claims when it is scaled down: set spec.persistentVolumeClaimRetentionPolicy.whenScaled to Retain");
        }

        // Until the old data is back nothing is as it should be anyway, and giving up would leave it so.
        if (run.Kind == RunKind.RollBack)
        {
            return;
        }

        var expected = state.IsStoppedBy(run) && state.Replicas == Quiesced ? Quiesced : run.Target.Replicas;
        if (state is { Annotation: null } && state.Replicas == Quiesced && Quiesced != expected && WasStopped)
        {
            throw Changed(
                $"An earlier attempt of this run has scaled StatefulSet {run.Namespace}/{run.Target.StatefulSet} to {Quiesced}, "
                + $"and someone has removed the annotation {QuiesceMark.Annotation} that said so");
        }

        if (state.Replicas != expected)
        {
            throw Changed($"StatefulSet {run.Namespace}/{run.Target.StatefulSet} was scaled from {run.Target.Replicas} to {state.Replicas} replicas");
        }
    }

    // The operator has looked before the Job was made, and that may be hours ago. What is stopped already is not spared by a wait.
    private async Task RefuseUnsettledAsync(TargetState state, CancellationToken cancellationToken)
    {
        if (run.Kind is not (RunKind.Backup or RunKind.Restore) || run.IsEmergency || state.Replicas == Quiesced || state.Set is not { } set)
        {
            return;
        }

        var pod = await client.ReadPodAsync(run.Target.Pod, cancellationToken);
        if (ReturnCheck.Find(set, pod, run.Kind == RunKind.Restore) is var (reason, message))
        {
            throw new RunException(reason, ExitCode.TargetUnsettled, $"{message}. MySQL was not stopped.", retryable: true);
        }
    }

    private void RefuseInterference(TargetState state)
    {
        if (state.Mark?.Run != run.Uid || state.Mark.Pod != settings.PodName)
        {
            throw Changed($"The annotation {QuiesceMark.Annotation} of StatefulSet {run.Namespace}/{run.Target.StatefulSet} was changed or removed");
        }

        if (state.Replicas != Quiesced)
        {
            throw Changed(
                $"StatefulSet {run.Namespace}/{run.Target.StatefulSet} was scaled to {state.Replicas} while this run had it at {Quiesced} "
                + "(by a person, an autoscaler, or a GitOps tool that reverts spec.replicas: let it ignore that field)");
        }
    }

    // Scaled up and down again between two looks, it looks as before; and a server may have been started, and not have ended well.
    private void RefuseChanges(TargetState state)
    {
        if (_generation is { } stopped && state.Generation is { } now && now != stopped)
        {
            throw Changed(
                $"The spec of StatefulSet {run.Namespace}/{run.Target.StatefulSet} was changed while it was stopped (generation {now} instead of {stopped}), "
                + "so MySQL may have been started in between");
        }
    }

    private async Task RefusePodsAsync(TargetState state, CancellationToken cancellationToken)
    {
        if (await client.FindPodAsync(state, cancellationToken) is { } pod)
        {
            throw Changed($"Pod {pod} came back while MySQL was to be stopped");
        }
    }

    private static RunException Changed(string what) => new(
        FailureReason.TargetChanged, ExitCode.TargetChanged, $"{what}. Nothing of this run counts; make sure that nothing else changes it, and start a new run.");
}
