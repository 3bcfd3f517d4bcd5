using BackupOperator.Sidecar.Runs;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Sidecar.Targets;

/// <summary>
/// Starts what the run has stopped. It never gives up by itself: only the cancellation (the pod's grace, in the end)
/// stops it, and then the operator's guard does the same.
/// </summary>
public sealed class Resumer(TargetClient client, RunSpec run, RunSettings settings, ApiRetry retry, ILogger<Resumer> logger)
{
    /// <summary>Scales back to the replicas of the mark. The mark stays, until <see cref="RemoveMarkAsync"/>.</summary>
    /// <param name="stopped">Whether this run has certainly stopped it: then it is started even if the mark was taken away.</param>
    /// <returns>False where there is nothing that is this run's to start.</returns>
    public Task<bool> ScaleUpAsync(bool stopped, CancellationToken cancellationToken) =>
        retry.RunAsync(token => ScaleUpOnceAsync(stopped, token), patience: null, cancellationToken);

    /// <summary>
    /// Looks once whether someone has scaled down again what this run has started, and starts it again. What stands between
    /// two data directories was never started.
    /// </summary>
    public async Task KeepUpAsync(CancellationToken cancellationToken)
    {
        if (await client.ReadAsync(cancellationToken) is not { Mark.Swapping: true })
        {
            await ScaleUpOnceAsync(stopped: false, cancellationToken);
        }
    }

    /// <summary>Removes the mark; to be called when MySQL answers.</summary>
    /// <returns>False where someone has scaled down again since: it is started again, the mark stays, and the answer is to be waited for anew.</returns>
    public Task<bool> RemoveMarkAsync(CancellationToken cancellationToken) =>
        retry.RunAsync(
            async token =>
            {
                if (await client.ReadAsync(token) is not { } state || !IsOurs(state))
                {
                    return true;
                }

                var isUp = state.Replicas >= state.Mark!.Replicas;
                await client.PatchAsync(state, isUp ? null : state.Mark, isUp ? null : state.Mark.Replicas, token);
                return isUp;
            },
            settings.ApiPatience,
            cancellationToken);

    private async Task<bool> ScaleUpOnceAsync(bool stopped, CancellationToken cancellationToken)
    {
        if (await client.ReadAsync(cancellationToken) is not { } state || state.Uid != run.Target.StatefulSetUid)
        {
            logger.LogWarning("StatefulSet {StatefulSet} is gone or another one; there is nothing to start", run.Target.StatefulSet);
            return false;
        }

        if (state.Annotation is null)
        {
            // The guard has brought it back; or someone has removed the mark alone, and then MySQL would stay down.
            if (stopped && state.Replicas == run.Target.QuiescedReplicas && run.Target.Replicas > run.Target.QuiescedReplicas)
            {
                await client.PatchAsync(state, mark: null, run.Target.Replicas, cancellationToken);
                logger.LogWarning("The mark of StatefulSet {StatefulSet} was gone while it was stopped; scaled to {Replicas}", run.Target.StatefulSet, run.Target.Replicas);
            }

            return true;
        }

        if (!IsOurs(state))
        {
            logger.LogWarning("StatefulSet {StatefulSet} is marked by {Owner}; leaving it alone", run.Target.StatefulSet, state.Mark?.Pod ?? "someone");
            return false;
        }

        if (state.Replicas < state.Mark!.Replicas || state.Mark.Swapping)
        {
            var replicas = Math.Max(state.Replicas, state.Mark.Replicas);
            await client.PatchAsync(state, state.Mark with { Swapping = false }, replicas, cancellationToken);
            logger.LogInformation("StatefulSet {StatefulSet} scaled to {Replicas}", run.Target.StatefulSet, replicas);
        }

        return true;
    }

    // A mark of another pod of the same run: a newer attempt is at work, and this one is a ghost.
    private bool IsOurs(TargetState state) => state.IsStoppedBy(run) && state.Mark!.Pod == settings.PodName;
}
