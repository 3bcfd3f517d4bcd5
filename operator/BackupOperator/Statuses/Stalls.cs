using System.Net;
using BackupOperator.Core.Conditions;
using BackupOperator.Kubernetes.Events;
using BackupOperator.Runs;

namespace BackupOperator.Statuses;

/// <summary>
/// Tells of a resource that the operator cannot go on with: whoever looks at it must not need the operator's log. The
/// condition goes with the next look that succeeds.
/// </summary>
internal sealed class Stalls(IKubernetesClient client, StatusWriter statuses, IEventPublisher events, TimeProvider time)
{
    /// <summary>The API server does not take what is to be created.</summary>
    public const string Refused = nameof(Refused);

    /// <summary>The resource, or what it names, could not be read or understood.</summary>
    public const string ReconcileFailed = nameof(ReconcileFailed);

    /// <summary>Each write wakes the controller: words that differ each time must not keep it awake.</summary>
    private static readonly TimeSpan AtMostEvery = TimeSpan.FromMinutes(1);

    /// <summary>Not what passes by itself, and not the end of the process.</summary>
    public static bool Concerns(Exception e) => e switch
    {
        OperationCanceledException or KubernetesUnavailableException or RefusedException or RejectedException => false,
        KubernetesApiException api => !api.IsConflict && !api.IsGone
            && api.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout),
        _ => true,
    };

    /// <summary>What a look at the resource before has found to be refused; null where nothing is.</summary>
    public static string? RefusalOf(IReadOnlyList<Condition> conditions) =>
        conditions.Find(ConditionType.Stalled) is { Status: ConditionStatus.True, Reason: Refused } refused ? refused.Message : null;

    public static IReadOnlyList<Condition> Without(IReadOnlyList<Condition> conditions) => [.. conditions.Where(c => c.Type != ConditionType.Stalled)];

    /// <param name="conditionsOf">Of the status of the kind.</param>
    /// <param name="write">Writes the conditions, and what else the kind shows.</param>
    public async Task TellAsync<TEntity>(
        TEntity entity, string reason, string problem, Func<TEntity, List<V1Condition>?> conditionsOf, Action<TEntity, List<V1Condition>> write, CancellationToken cancellationToken)
        where TEntity : class, IKubernetesObject
    {
        try
        {
            var fresh = await client.GetAsync<TEntity>(entity.Metadata.Name!, entity.Metadata.Namespace, cancellationToken);
            if (fresh is null || fresh.Metadata.Uid != entity.Metadata.Uid)
            {
                return;
            }

            var (before, now) = (ConditionMapper.Read(conditionsOf(fresh)), time.GetUtcNow());
            var told = before.Find(ConditionType.Stalled);
            if (told is not null && (told.Message == problem || now - told.LastTransitionTime < AtMostEvery))
            {
                return;
            }

            var next = StatusWriter.Clone(fresh);
            var stalled = new Condition(ConditionType.Stalled, ConditionStatus.True, reason, problem);
            write(next, ConditionMapper.Write(ConditionSet.Merge(Without(before), [stalled], fresh.Metadata.Generation, now)));
            var (written, _) = await statuses.WriteAsync(fresh, next, cancellationToken);
            events.Publish(written, reason, problem, EventType.Warning);
        }
        catch (Exception e) when (e is KubernetesApiException or KubernetesUnavailableException)
        {
            // It is told at the next try; what is told about matters more than the telling.
        }
    }
}
