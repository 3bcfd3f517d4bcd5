using BackupOperator.Targets;

namespace BackupOperator.Guard;

/// <summary>Whether MySQL in a pod answers. A greeting proves it; where the network lets no greeting through, readiness counts.</summary>
internal sealed class PodAnswer(IServerProbe server, TimeProvider time)
{
    /// <summary>A pod without a readiness probe is Ready as soon as its process runs: only time can tell more.</summary>
    private static readonly TimeSpan ReadyLongEnough = TimeSpan.FromMinutes(1);

    /// <param name="container">MySQL's; null where nobody knows: then a probe of any container counts.</param>
    public async Task<bool> AnswersAsync(V1Pod? pod, string? container, int port, CancellationToken cancellationToken)
    {
        if (pod?.Metadata.DeletionTimestamp is not null
            || pod?.Status?.Conditions?.Find(c => c is { Type: "Ready", Status: "True" }) is not { } ready
            || pod.Status.PodIP is not { Length: > 0 } address)
        {
            return false;
        }

        var readyForLong = ready.LastTransitionTime is { } since && time.GetUtcNow() - since > ReadyLongEnough;
        return await server.AskAsync(address, port, cancellationToken) switch
        {
            ServerAnswer.Alive => true,
            ServerAnswer.Silent => readyForLong || pod.Spec?.Containers?.Exists(c => c.ReadinessProbe is not null && (container is null || c.Name == container)) == true,
            _ => readyForLong,
        };
    }
}
