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
    private const int TooManyConnections = 1040;
    private const int HopelessRestarts = 4;
    private static readonly TimeSpan ReadyLongEnough = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    private long? _readySince;

    public async Task<Aliveness> LookAsync(CancellationToken cancellationToken)
    {
        var pod = await client.ReadPodAsync(run.Target.Pod, cancellationToken);
        if (pod is null || pod.Metadata.DeletionTimestamp is not null)
        {
            _readySince = null;
            return new Aliveness(false, $"pod {run.Target.Pod} does not exist yet");
        }

        TrackReadiness(pod);
        if (HostOf(pod) is not { Length: > 0 } host)
        {
            return new Aliveness(false, Describe(pod), IsHopeless(pod));
        }

        try
        {
            return await AskAsync(host, cancellationToken);
        }
        catch (MySqlException refused) when (refused.IsAccessDenied || refused.Code == TooManyConnections)
        {
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
            if (HostOf(pod) is not { Length: > 0 } host)
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

    // A network policy may keep the sidecar from MySQL. Then a readiness probe speaks for it; without one, Ready says nothing.
    private Aliveness? ReadyInsteadOfReachable(V1Pod pod, MySqlClientException silent) =>
        silent is MySqlConnectionException
        && pod.Spec?.Containers?.Exists(container => container.ReadinessProbe is not null) == true
        && _readySince is { } since
        && time.GetElapsedTime(since) >= ReadyLongEnough
            ? new Aliveness(true, $"pod {run.Target.Pod} is ready; MySQL cannot be reached from here ({silent.Message})")
            : null;

    // A host that is named leads to whoever serves: where one pod of several stops, its own answer counts.
    private string? HostOf(V1Pod? pod) => (run.Target.LastReplicaOnly ? null : run.Target.Host) ?? pod?.Status?.PodIP;

    private void TrackReadiness(V1Pod pod)
    {
        var ready = pod.Status?.Conditions?.Exists(condition => condition is { Type: "Ready", Status: "True" }) == true;
        _readySince = ready ? _readySince ?? time.GetTimestamp() : null;
    }

    private static bool IsHopeless(V1Pod pod) =>
        pod.Status?.ContainerStatuses?.Exists(c =>
            c.RestartCount >= HopelessRestarts || (c.RestartCount >= 2 && c.State?.Waiting?.Reason == "CrashLoopBackOff")) == true;

    private static string Describe(V1Pod pod)
    {
        var containers = pod.Status?.ContainerStatuses ?? [];
        var waiting = containers.Select(c => c.State?.Waiting?.Reason ?? c.State?.Terminated?.Reason).FirstOrDefault(r => r is not null);
        var restarts = containers.Sum(c => c.RestartCount ?? 0);
        return $"pod {pod.Metadata.Name} is {waiting ?? pod.Status?.Phase ?? "unknown"}" + (restarts > 0 ? $" after {restarts} restarts" : "");
    }
}
