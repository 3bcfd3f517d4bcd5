using System.Collections.Concurrent;
using BackupOperator.Core.Guard;
using BackupOperator.Core.Naming;
using BackupOperator.Runs;

namespace BackupOperator.Guard;

/// <summary>A guard's look at a StatefulSet, and the resource of the run that stopped it, where it is still there.</summary>
internal sealed record GuardView(GuardObservation Observation, IRunEntity? Run);

/// <summary>Reads what the guard decides by.</summary>
internal sealed class GuardObserver(IKubernetesClient client, RunLookup lookup, PodAnswer answer, TimeProvider time)
{
    private const int DefaultPort = 3306;

    private readonly ConcurrentDictionary<string, (string Run, DateTimeOffset Since)> waiting = new(StringComparer.Ordinal);

    public async Task<GuardView> ObserveAsync(V1StatefulSet set, CancellationToken cancellationToken)
    {
        var @namespace = set.Metadata.Namespace!;
        var mark = QuiesceMark.Parse(set.Annotation(QuiesceMark.Annotation));
        var id = mark is not null ? new RunId(mark.Kind, @namespace, mark.Name, mark.Run) : await HolderAsync(set, cancellationToken);
        var found = id is { Name.Length: > 0 } ? await lookup.FindAsync(id, cancellationToken) : FoundRun.None;
        var run = found.Entity;
        var sidecar = await SidecarAsync(mark?.Pod ?? run?.RunStatus.Report?.Pod, @namespace, cancellationToken);
        var replicas = set.Spec?.Replicas ?? 1;
        var wanted = mark?.Replicas ?? run?.RunStatus.Target?.Replicas ?? 1;
        return new GuardView(
            new GuardObservation
            {
                Replicas = replicas,
                Mark = mark is null ? null : MarkReader.Read(set),
                RecordedReplicas = run?.RunStatus.Target?.Replicas,
                SidecarAlive = sidecar is not null && PodReader.Read(sidecar, time.GetUtcNow()).Alive,
                SidecarEndsSince = sidecar is null ? null : PodReader.EndsSince(sidecar),
                RunIsOpen = found.Problem is null ? found.MayBeOpen : mark?.Swapping == true && await WorksAsync(id!, cancellationToken),
                RunProblem = found.Problem,
                SwapOpen = run?.RunStatus.Report is { SwapOpen: true, Restore: null },
                Answers = replicas >= wanted && wanted > 0 && IsCurrent(set) && await AnswersAsync(set, run, mark?.QuiescedReplicas ?? run?.RunStatus.Target?.QuiescedReplicas ?? 0, cancellationToken),
                WaitingSince = waiting.TryGetValue(set.Metadata.Uid!, out var wait) && wait.Run == RunOf(set) ? wait.Since : null,
            },
            run);
    }

    /// <summary>Remembers when the wait for an answer began; each mark has a wait of its own.</summary>
    public void Waits(V1StatefulSet set)
    {
        var (run, now) = (RunOf(set), time.GetUtcNow());
        waiting.AddOrUpdate(set.Metadata.Uid!, _ => (run, now), (_, known) => known.Run == run ? known : (run, now));
    }

    public void Forget(V1StatefulSet set) => waiting.TryRemove(set.Metadata.Uid!, out _);

    /// <summary>The uid of the run that made the mark; empty where that cannot be read.</summary>
    public static string RunOf(V1StatefulSet set) => QuiesceMark.Parse(set.Annotation(QuiesceMark.Annotation))?.Run ?? "";

    /// <param name="served">How many pods were never stopped: the one after them must answer.</param>
    public static string PodOf(V1StatefulSet set, int served) => $"{set.Metadata.Name}-{(set.Spec?.Ordinals?.Start ?? 0) + served}";

    /// <summary>What is known of why MySQL does not answer. An alarm does not wait for it.</summary>
    public async Task<string> TroubleAsync(V1StatefulSet set, string pod, CancellationToken cancellationToken)
    {
        try
        {
            return await DatabaseTrouble.FindAsync(client, set, pod, time.GetUtcNow(), cancellationToken);
        }
        catch (Exception e) when (e is KubernetesApiException or KubernetesUnavailableException)
        {
            return $"how pod {pod} is cannot be read: {e.Message}";
        }
    }

    /// <summary>Until the StatefulSet's own controller has seen the last change, a pod that is Ready may be one that is about to be stopped.</summary>
    private static bool IsCurrent(V1StatefulSet set) =>
        set.Status?.ObservedGeneration is not { } observed || set.Metadata.Generation is not { } generation || observed >= generation;

    private async Task<V1Pod?> SidecarAsync(string? name, string @namespace, CancellationToken cancellationToken) =>
        string.IsNullOrEmpty(name) ? null : await client.GetAsync<V1Pod>(name, @namespace, cancellationToken);

    private async Task<bool> AnswersAsync(V1StatefulSet set, IRunEntity? run, int served, CancellationToken cancellationToken)
    {
        var pod = await client.GetAsync<V1Pod>(PodOf(set, served), set.Metadata.Namespace, cancellationToken);
        var ports = (set.Spec?.Template?.Spec?.Containers ?? []).SelectMany(c => c.Ports ?? []);
        var port = run?.RunSpec.Target.Connection?.Port
            ?? ports.FirstOrDefault(p => p.Name?.Contains("mysql", StringComparison.OrdinalIgnoreCase) == true)?.ContainerPort
            ?? DefaultPort;
        return await answer.AnswersAsync(pod, run?.RunStatus.Target?.Container, port, cancellationToken);
    }

    /// <summary>Whether a Job that may close the swap of a run goes on: nobody is to be called into its work.</summary>
    private async Task<bool> WorksAsync(RunId run, CancellationToken cancellationToken)
    {
        foreach (var name in new[] { RunNames.Job(run.Name, run.Uid), RunNames.RollBackJob(run.Name, run.Uid) })
        {
            if (JobReader.Read(await client.GetAsync<V1Job>(name, run.Namespace, cancellationToken), run.Uid) is { IsOurs: true, Outcome: JobOutcome.Active })
            {
                return true;
            }
        }

        return false;
    }

    private async Task<RunId?> HolderAsync(V1StatefulSet set, CancellationToken cancellationToken)
    {
        var @namespace = set.Metadata.Namespace!;
        var lease = await client.GetAsync<V1Lease>(RunNames.Lease(set.Metadata.Name!), @namespace, cancellationToken);
        return RunId.ParseHolder(lease?.Spec?.HolderIdentity, @namespace);
    }
}
