using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Models;
using BackupOperator.MySql;
using BackupOperator.Sidecar.Archives;
using BackupOperator.Sidecar.Runs;

namespace BackupOperator.Sidecar.Targets;

/// <summary>
/// Asks MySQL in the target's pod whether it is up: <c>SELECT 1</c> where credentials are mounted, else the greeting
/// that a server sends before any login. It connects to the pod's IP, for cluster DNS may be absent.
/// </summary>
public sealed class AliveProbe(TargetClient client, RunSpec run, RunSettings settings, TimeProvider time)
{
    private const int HopelessRestarts = 4;
    private static readonly TimeSpan ReadyLongEnough = TimeSpan.FromSeconds(15);

    // A container without a readiness probe is ready as soon as its process runs: one that cannot serve has ended by then.
    private static readonly TimeSpan RunsLongEnough = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    // A volume that needs no attaching comes to another node, too; its pod starts within this.
    private static readonly TimeSpan ElsewhereLongEnough = TimeSpan.FromSeconds(20);

    private long? _readySince;
    private long? _elsewhereSince;

    public async Task<Aliveness> LookAsync(CancellationToken cancellationToken)
    {
        var pod = await client.ReadPodAsync(run.Target.Pod, cancellationToken);
        if (pod is null || pod.Metadata.DeletionTimestamp is not null)
        {
            _readySince = null;
            _elsewhereSince = null;
            return new Aliveness(false, $"pod {run.Target.Pod} does not exist yet");
        }

        Track(pod);
        if (pod.Status?.PodIP is not { Length: > 0 } host)
        {
            return _elsewhereSince is { } since && time.GetElapsedTime(since) >= ElsewhereLongEnough
                ? new Aliveness(false, $"pod {run.Target.Pod} was placed on node {pod.Spec!.NodeName}, and claim {run.Target.Claim} is on node {run.Target.Node} as long as pod {settings.PodName} has it", Elsewhere: true)
                : new Aliveness(false, Describe(pod), IsHopeless(pod));
        }

        try
        {
            return await AskAsync(host, cancellationToken);
        }
        catch (MySqlException refused) when (refused.Code != MySqlErrorCode.ServerShutdown)
        {
            // Whatever it refuses, and why: it takes connections only when it has recovered.
            return new Aliveness(true, $"MySQL answers, and refuses the login: {refused.Message}");
        }
        catch (MySqlAuthenticationException refused)
        {
            return new Aliveness(true, $"MySQL answers, and the login is not possible: {refused.Message}");
        }
        catch (MySqlClientException silent)
        {
            return ReadyInsteadOfReachable(pod, silent) ?? new Aliveness(false, $"{Describe(pod)}; {silent.Message}", IsHopeless(pod), _readySince is not null);
        }
    }

    /// <summary>What the server that runs now says of itself; nothing where none is reached.</summary>
    public async Task<ServerFacts> IdentifyAsync(CancellationToken cancellationToken)
    {
        try
        {
            var pod = await client.ReadPodAsync(run.Target.Pod, cancellationToken);
            if (pod?.Status?.PodIP is not { Length: > 0 } host)
            {
                return new ServerFacts();
            }

            var greeting = await MySqlSession.GreetAsync(host, run.Target.Port, ConnectTimeout, cancellationToken);
            return new ServerFacts { Flavour = greeting.Flavour.ToString(), Version = greeting.Version };
        }
        catch (Exception unknown) when (unknown is MySqlClientException or KubernetesApiException or KubernetesUnavailableException)
        {
            return new ServerFacts();
        }
    }

    private async Task<Aliveness> AskAsync(string host, CancellationToken cancellationToken)
    {
        if (ServerLogin.To(host, run.Target, settings) is not { } options)
        {
            var greeting = await MySqlSession.GreetAsync(host, run.Target.Port, ConnectTimeout, cancellationToken);
            return new Aliveness(true, $"{greeting.Flavour} {greeting.Version} greets");
        }

        await using var session = await MySqlSession.ConnectAsync(options, cancellationToken);
        var one = await session.ScalarAsync("SELECT 1", cancellationToken);
        return new Aliveness(one == "1", $"{session.Greeting.Flavour} {session.Greeting.Version} answers SELECT 1 with {one}");
    }

    // A network policy may keep the sidecar from MySQL. Then a readiness probe of its container speaks for it, and time
    // where there is none, unless the server itself refuses: that is one that is not up.
    private Aliveness? ReadyInsteadOfReachable(V1Pod pod, MySqlClientException silent) =>
        silent is MySqlConnectionException connection
        && _readySince is { } since
        && (HasReadinessProbe(pod) ? time.GetElapsedTime(since) >= ReadyLongEnough : connection.IsTimeout && time.GetElapsedTime(since) >= RunsLongEnough)
            ? new Aliveness(true, $"pod {run.Target.Pod} is ready; MySQL cannot be reached from here ({silent.Message})")
            : null;

    private void Track(V1Pod pod)
    {
        // A volume that is attached to this node keeps the pod from starting on another one, until this pod has ended.
        var elsewhere = run.Target.Node is { } node && pod.Spec?.NodeName is { Length: > 0 } other && other != node;
        _elsewhereSince = elsewhere ? _elsewhereSince ?? time.GetTimestamp() : null;
        var ready = pod.Status?.Conditions?.Exists(condition => condition is { Type: "Ready", Status: "True" }) == true;
        _readySince = ready ? _readySince ?? time.GetTimestamp() : null;
    }

    // Of MySQL's container alone: one beside it may well end again and again until MySQL is there.
    private bool IsHopeless(V1Pod pod) =>
        pod.Status?.ContainerStatuses?.Exists(c =>
            IsMySql(c.Name)
            && (c.RestartCount >= HopelessRestarts || (c.RestartCount >= 2 && c.State?.Waiting?.Reason == "CrashLoopBackOff"))) == true;

    private bool HasReadinessProbe(V1Pod pod) => pod.Spec?.Containers?.Exists(c => IsMySql(c.Name) && c.ReadinessProbe is not null) == true;

    private bool IsMySql(string? container) => run.Target.Container is null || container == run.Target.Container;

    private static string Describe(V1Pod pod)
    {
        var containers = pod.Status?.ContainerStatuses ?? [];
        var waiting = containers.Select(c => c.State?.Waiting?.Reason ?? c.State?.Terminated?.Reason).FirstOrDefault(r => r is not null);
        var restarts = containers.Sum(c => c.RestartCount ?? 0);
        return $"pod {pod.Metadata.Name} is {waiting ?? pod.Status?.Phase ?? "unknown"}" + (restarts > 0 ? $" after {restarts} restarts" : "");
    }
}
