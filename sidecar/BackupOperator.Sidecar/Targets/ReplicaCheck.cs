using BackupOperator.Sidecar.Runs;

namespace BackupOperator.Sidecar.Targets;

/// <summary>
/// Whether the pod whose claim is archived may be stopped for it: asked by SQL, as nothing else knows who is the source
/// today. See <see cref="LastReplicaLook"/> and, where all pods stop, <see cref="ArchivedPodLook"/>.
/// </summary>
public sealed class ReplicaCheck
{
    private readonly IReplicaLook _look;
    private readonly ApiRetry _retry;
    private readonly RunSettings _settings;
    private readonly TimeProvider _time;

    private ReplicaCheck(IReplicaLook look, ApiRetry retry, RunSettings settings, TimeProvider time) =>
        (_look, _retry, _settings, _time) = (look, retry, settings, time);

    /// <summary>An attempt before this one has begun, and found the replica fit: that it is not now is worth another attempt.</summary>
    public bool IsRetry { get; init; }

    /// <returns>Null where there is nothing to ask, or nobody may ask.</returns>
    public static ReplicaCheck? For(RunSpec run, TargetClient client, ApiRetry retry, RunSettings settings, TimeProvider time, bool isRetry = false)
    {
        var target = run.Target;
        var servers = new PodServers(client, target, settings, time);
        IReplicaLook? look = run.Kind != RunKind.Backup ? null
            : target.LastReplicaOnly ? new LastReplicaLook(servers, client, target)
            : target is { HasCredentials: true, Replicas: > 1 } ? new ArchivedPodLook(servers, target)
            : null;
        return look is null ? null : new ReplicaCheck(look, retry, settings, time) { IsRetry = isRetry };
    }

    /// <summary>Returns when the pod may be stopped; waits a while for one that is only catching up.</summary>
    /// <exception cref="RunException">It may not be stopped. Nothing was touched.</exception>
    public async Task RequireAsync(CancellationToken cancellationToken)
    {
        var since = _time.GetTimestamp();
        while (await _retry.RunAsync(_look.LookAsync, _settings.ApiPatience, cancellationToken) is { } trouble)
        {
            if (!trouble.MayPass || _time.GetElapsedTime(since) >= _settings.ReplicaPatience)
            {
                throw new RunException(
                    FailureReason.ReplicaUnfit, IsRetry ? ExitCode.ReplicaNotFitNow : ExitCode.ReplicaUnfit, _look.Explain(trouble), retryable: IsRetry)
                {
                    IsSource = trouble.IsSource,
                };
            }

            await Task.Delay(_settings.PollInterval, _time, cancellationToken);
        }
    }
}
