using BackupOperator.Core.Conditions;
using BackupOperator.Core.Restores;
using BackupOperator.Statuses;

namespace BackupOperator.Runs;

/// <summary>
/// Finds out whether the rights of a Job that has ended are still there. A time to live says nothing of that: a policy of the
/// cluster may have set it. What is recorded as ended is not looked at again.
/// </summary>
internal static class AccessLeft
{
    /// <param name="job">One of after the end of a run.</param>
    public static async Task<JobObservation?> AddAsync(
        IKubernetesClient client, JobObservation? job, IRunEntity owner, JobPurpose purpose, CancellationToken cancellationToken)
    {
        if (job is not { IsOurs: true, Outcome: not JobOutcome.Active } || (purpose == JobPurpose.RemovePrevious && IsRecorded(owner)))
        {
            return job;
        }

        // It is deleted last. One that only waits for somebody's finalizer is as good as gone.
        var account = await client.GetAsync<V1ServiceAccount>(RunActions.AccessName(owner, purpose), owner.Metadata.Namespace, cancellationToken);
        return job with { HasAccess = account is { Metadata.DeletionTimestamp: null } && account.IsOwnedBy(owner) };
    }

    private static bool IsRecorded(IRunEntity restore) =>
        ConditionMapper.Read(restore.RunStatus.Conditions).Find(ConditionType.PreviousDataRemoved) is { } told
        && (told.Status == ConditionStatus.True || told.Reason == RestorePlanner.RemovalFailed);
}
