using System.Collections.Concurrent;
using BackupOperator.Core.Guard;
using BackupOperator.Kubernetes.Crds.Attributes;
using BackupOperator.Kubernetes.Events;
using BackupOperator.Kubernetes.Reconciliation;
using BackupOperator.Notifications;
using BackupOperator.Runs;

namespace BackupOperator.Guard;

/// <summary>Looks after every StatefulSet that carries a quiesce mark, until MySQL answers and the mark is gone.</summary>
[EntityRbac(typeof(V1StatefulSet), Verbs = RbacVerb.Read | RbacVerb.Patch)]
[EntityRbac(typeof(V1Pod), Verbs = RbacVerb.Read)]
[EntityRbac(typeof(V1Event), Verbs = RbacVerb.Get | RbacVerb.List | RbacVerb.Create | RbacVerb.Patch)]
internal sealed class StatefulSetGuardController(
    GuardObserver observer, GuardActions actions, IEventPublisher events, INotifier notifier, TimeProvider time, ILogger<StatefulSetGuardController> logger)
    : IEntityController<V1StatefulSet>
{
    /// <summary>Events are kept for an hour, and the cause may be another one by then.</summary>
    private static readonly TimeSpan AlarmAgain = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, (string Run, DateTimeOffset At)> alarmed = new(StringComparer.Ordinal);

    public static bool IsMarked(V1StatefulSet set) => set.Annotation(QuiesceMark.Annotation) is not null;

    public async Task<ReconciliationResult<V1StatefulSet>> ReconcileAsync(V1StatefulSet set, CancellationToken cancellationToken)
    {
        if (!IsMarked(set) || set.Metadata.DeletionTimestamp is not null)
        {
            Forget(set);
            return ReconciliationResult<V1StatefulSet>.Success(set);
        }

        var (observation, run) = await observer.ObserveAsync(set, cancellationToken);
        var decision = GuardPlanner.Decide(observation, time.GetUtcNow());
        await ActAsync(set, run, decision, cancellationToken);
        if (decision.Alarm && IsDue(set))
        {
            await AlarmAsync(set, run, observation, decision, cancellationToken);
            alarmed[set.Metadata.Uid!] = (GuardObserver.RunOf(set), time.GetUtcNow());
        }

        return ReconciliationResult<V1StatefulSet>.Success(set, decision.RequeueAfter);
    }

    public Task<ReconciliationResult<V1StatefulSet>> DeletedAsync(V1StatefulSet set, CancellationToken cancellationToken)
    {
        Forget(set);
        return Task.FromResult(ReconciliationResult<V1StatefulSet>.Success(set));
    }

    private async Task ActAsync(V1StatefulSet set, IRunEntity? run, GuardDecision decision, CancellationToken cancellationToken)
    {
        switch (decision.Verdict)
        {
            case GuardVerdict.ScaleUp:
                await actions.ScaleUpAsync(set, decision.Replicas, cancellationToken);
                observer.Waits(set);
                Tell(set, run, "ScaledUp", $"Scaled to {decision.Replicas} replicas, because {decision.Reason}", EventType.Warning);
                break;
            case GuardVerdict.AwaitAnswer or GuardVerdict.AwaitRollBack:
                observer.Waits(set);
                break;
            case GuardVerdict.RemoveMark:
                await actions.RemoveMarkAsync(set, cancellationToken);
                if (await actions.CorrectAsync(run, cancellationToken) || alarmed.ContainsKey(set.Metadata.Uid!))
                {
                    Notify(set, run, NotificationKind.DatabaseRestored, "Answered", "MySQL answers again", runbook: null);
                }

                Forget(set);
                Tell(set, run, "DatabaseRestored", "MySQL answers again", EventType.Normal);
                break;
        }
    }

    private bool IsDue(V1StatefulSet set) =>
        !alarmed.TryGetValue(set.Metadata.Uid!, out var last) || last.Run != GuardObserver.RunOf(set) || time.GetUtcNow() - last.At >= AlarmAgain;

    private async Task AlarmAsync(V1StatefulSet set, IRunEntity? run, GuardObservation observation, GuardDecision decision, CancellationToken cancellationToken)
    {
        var served = observation.Mark?.QuiescedReplicas ?? run?.RunStatus.Target?.QuiescedReplicas ?? 0;
        var pod = decision.Verdict == GuardVerdict.AwaitAnswer ? GuardObserver.PodOf(set, served) : null;
        var runbook = Runbook.For(
            set.Metadata.Namespace!, set.Metadata.Name!, observation.Mark?.Replicas ?? observation.RecordedReplicas ?? 1,
            observation.Mark?.Swapping == true, run?.RunStatus.Job?.Name, pod);
        var cause = pod is null ? decision.Reason : $"{decision.Reason}; {await observer.TroubleAsync(set, pod, cancellationToken)}";
        var message = $"MySQL of StatefulSet {set.Metadata.Name} has not come back: {cause}.";
        Tell(set, run, FailureReason.DatabaseNotRestored, $"{message} Run:\n{runbook}", EventType.Warning);
        Notify(set, run, NotificationKind.DatabaseLeftStopped, FailureReason.DatabaseNotRestored, message, runbook);
    }

    private void Notify(V1StatefulSet set, IRunEntity? run, NotificationKind kind, string reason, string message, string? runbook) => notifier.Notify(new Notification(
        kind, set.Metadata.Namespace!, set.Metadata.Name!, run is null ? $"StatefulSet {set.Metadata.Name}" : $"{run.Kind} {run.Metadata.Name}",
        reason, message, time.GetUtcNow(), runbook));

    private void Tell(V1StatefulSet set, IRunEntity? run, string reason, string message, EventType type)
    {
        events.Publish(set, reason, message, type);
        if (run is not null)
        {
            events.Publish(run, reason, $"StatefulSet {set.Metadata.Name}: {message}", type);
        }

        logger.Log(
            type == EventType.Warning ? LogLevel.Warning : LogLevel.Information,
            "StatefulSet {Namespace}/{StatefulSet}: {Message}", set.Metadata.Namespace, set.Metadata.Name, message);
    }

    private void Forget(V1StatefulSet set)
    {
        observer.Forget(set);
        alarmed.TryRemove(set.Metadata.Uid!, out _);
    }
}
