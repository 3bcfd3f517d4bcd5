using BackupOperator.Core.Scheduling;

namespace BackupOperator.Schedules;

/// <summary>Reads what a schedule has to do with.</summary>
internal sealed class ScheduleObserver(IKubernetesClient client, Func<IEnumerable<MySqlBackup>> backups)
{
    /// <summary>The schedule's backups as the watch knows them: at most a moment old, without a request.</summary>
    public IReadOnlyList<MySqlBackup> Known(MySqlBackupSchedule schedule) => [.. ScheduledBackups.Of(schedule, backups())];

    /// <summary>The schedule's backups as they are.</summary>
    public async Task<IReadOnlyList<MySqlBackup>> ReadAsync(MySqlBackupSchedule schedule, CancellationToken cancellationToken) =>
        [.. ScheduledBackups.Of(schedule, (await client.ListAsync<MySqlBackup>(
            schedule.Metadata.Namespace, new ListQuery($"{ScheduleMetadata.Schedule}={schedule.Metadata.Name}"), cancellationToken)).Items)];

    public async Task<ScheduleObservation> ObserveAsync(
        MySqlBackupSchedule schedule, ScheduleRules rules, IReadOnlyList<MySqlBackup> own, CancellationToken cancellationToken)
    {
        var target = schedule.Spec.Template.Spec.Target.StatefulSet;
        return new ScheduleObservation
        {
            Name = schedule.Metadata.Name!,
            Uid = schedule.Metadata.Uid!,
            CreatedAt = ScheduleRulesReader.Created(schedule),
            Rules = rules,
            Memory = ScheduleMemoryMapper.Read(schedule.Status),
            Runs = [.. own.Select(ScheduledBackups.Read)],
            TargetProblem = schedule.Spec.Preconditions.TargetHealthy
                ? TargetHealth.Problem(target, await client.GetAsync<V1StatefulSet>(target, schedule.Metadata.Namespace, cancellationToken))
                : null,
            Token = schedule.Annotation(ScheduleMetadata.Trigger),
        };
    }
}
