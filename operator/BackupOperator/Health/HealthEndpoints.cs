using BackupOperator.Http;
using BackupOperator.Kubernetes.LeaderElection;
using BackupOperator.Kubernetes.Reconciliation;

namespace BackupOperator.Health;

/// <summary>
/// What the kubelet's probes ask. Not alive is who is stuck, so that a restart would help; an API server that is away is
/// no reason. Ready is who works, or stands by to.
/// </summary>
/// <param name="elector">Null where nobody else may lead.</param>
/// <param name="stopping">Fires when the process has been told to end.</param>
internal sealed class HealthEndpoints(ControllerHost host, LeaderElector? elector, CancellationToken stopping)
{
    public HttpReply Live() => Answer([.. host.Problems, .. new[] { elector?.Problem }.OfType<string>()]);

    /// <summary>What is refused in one of several namespaces is told and takes the others nothing.</summary>
    public HttpReply Ready() => NotReadyBecause() is { } reason ? Answer([reason, .. host.Refusals])
        : host.Refusals.ToList() is { Count: > 0 } refusals ? HttpReply.Text(200, string.Join('\n', ["ok, but for:", .. refusals]))
        : Answer([]);

    private string? NotReadyBecause()
    {
        if (stopping.IsCancellationRequested)
        {
            return "the operator is stopping";
        }

        if (elector is { IsLeader: false })
        {
            return elector.IsStandingBy ? null : "the leader's lease could not be read yet";
        }

        return host.IsSynced ? null : "not all that is watched has been read yet; the log says what fails";
    }

    private static HttpReply Answer(IReadOnlyCollection<string> problems) =>
        problems.Count == 0 ? HttpReply.Text(200, "ok") : HttpReply.Text(503, string.Join('\n', problems));
}
