using BackupOperator.Core.Backups;
using BackupOperator.Core.Conditions;
using BackupOperator.Core.Copies;
using BackupOperator.Core.Naming;
using BackupOperator.Runs;
using BackupOperator.Statuses;

namespace BackupOperator.Backups;

/// <summary>Reads and writes what the status of a backup has of its copies. Pure.</summary>
internal static class CopyStatuses
{
    public static IReadOnlyList<CopyState> Read(MySqlBackup backup) =>
        [.. (backup.Status.Copies ?? []).Select(c => new CopyState(c.Location ?? "", c.Complete == true, c.Attempts ?? 1, c.Message, c.NextAttemptTime))];

    public static List<CopyStatus> Write(IReadOnlyList<CopyState> copies) =>
    [
        .. copies.Select(c => new CopyStatus
        {
            Location = c.Location,
            Complete = c.Complete,
            Attempts = c.Attempts,
            Message = c.Problem,
            NextAttemptTime = c.NextAttempt,
        }),
    ];

    /// <summary>The number of the attempt that comes next, or is under way; the backup itself was the first.</summary>
    public static int NextAttempt(MySqlBackup backup) => CopyPlanner.NextAttempt(Read(backup));

    /// <summary>When they are tried again; null for at once.</summary>
    public static DateTimeOffset? Due(MySqlBackup backup) => Read(backup).Where(c => !c.Complete).Min(c => c.NextAttempt);

    /// <summary>The copies that are not complete.</summary>
    public static IReadOnlyList<CopyStore> Incomplete(MySqlBackup backup) =>
        [.. CopyStore.Of(backup.Spec).Where(c => backup.Status.Copies?.ElementAtOrDefault(c.Index)?.Complete != true)];

    /// <summary>Whether something may still be done about the copies of a Completed backup.</summary>
    public static bool AreOpen(MySqlBackup backup) =>
        backup.Status.Phase == BackupPhase.Completed && Incomplete(backup).Count > 0 && !AreGivenUp(backup);

    public static bool AreGivenUp(MySqlBackup backup) =>
        ConditionMapper.Read(backup.Status.Conditions).Find(ConditionType.CopiesComplete)?.Reason == CopyReason.GivenUp;

    /// <summary>What was observed of the copies.</summary>
    public static CopiesObservation Observe(MySqlBackup backup, World world)
    {
        var job = world.CopyJob is null ? null : RunNames.CopyJob(backup.Metadata.Name!, backup.Metadata.Uid!, world.CopyAttempt) + "-";
        return new CopiesObservation
        {
            Uid = backup.Metadata.Uid!,
            Wanted = [.. (backup.Spec.Copies ?? []).Select(c => StorageMapper.Location(c, backup.Status.Path ?? ""))],
            Reported = [.. (backup.Status.Report?.Backup?.Copies ?? []).Select(c => new ReportedCopy(c.Index, c.Problem))],
            Recorded = Read(backup),
            GivenUp = AreGivenUp(backup),
            Job = world.CopyJob,
            Refusal = world.Run.Refusal,
            JobAttempt = world.CopyAttempt,
            LastPod = job is null ? null : world.Run.Pods.Where(p => p.Name.StartsWith(job, StringComparison.Ordinal)).MaxBy(p => p.CreatedAt),
            PodAlive = world.Run.Pods.Any(p => p.Alive),
            CancelRequested = world.Run.CancelRequested,
        };
    }
}
