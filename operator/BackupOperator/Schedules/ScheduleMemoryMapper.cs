using BackupOperator.Core.Scheduling;

namespace BackupOperator.Schedules;

/// <summary>Reads and writes what the status of a schedule remembers. Pure.</summary>
internal static class ScheduleMemoryMapper
{
    public static ScheduleMemory Read(MySqlBackupScheduleStatus status) => new()
    {
        Text = status.ObservedSchedule,
        AccountedUntil = status.AccountedUntil,
        Suspended = status.Conditions?.Find(c => c.Type == ScheduleConditions.Suspended)?.Status == "True",
        Waiting = status.Waiting is { Time: { } tick, Reason: { } reason } waiting ? new WaitingTick(tick, reason, waiting.Message ?? "") : null,
        LastScheduleTime = status.LastScheduleTime,
        FirstRun = status.FirstBackup,
        Triggers = [.. (status.Triggers ?? []).Select(t => new TriggeredRun(t.Token ?? "", t.Backup ?? "", t.Time ?? default))],
        Missed = status.Missed ?? 0,
        Skipped = status.Skipped ?? 0,
        ConsecutiveFailures = status.ConsecutiveFailures ?? 0,
        Counted = StatisticsMapper.ReadCounted(status.Statistics),
        Statistics = StatisticsMapper.Read(status.Statistics),
        LastFailure = status.LastFailureTime,
        LastSuccess = status.LastSuccessfulTime,
    };

    public static void Write(MySqlBackupScheduleStatus status, ScheduleMemory memory, DateTimeOffset now)
    {
        status.Statistics = StatisticsMapper.Write(memory.Statistics, memory.Counted, now);
        status.ObservedSchedule = memory.Text;
        status.AccountedUntil = memory.AccountedUntil;
        status.Waiting = memory.Waiting is { } waiting ? new WaitingTickStatus { Time = waiting.Tick, Reason = waiting.Reason, Message = waiting.Message } : null;
        status.LastScheduleTime = memory.LastScheduleTime;
        status.FirstBackup = memory.FirstRun;
        status.Triggers = memory.Triggers.Count == 0 ? null : [.. memory.Triggers.Select(t => new TriggeredBackup { Token = t.Token, Backup = t.Run, Time = t.At })];
        status.Missed = memory.Missed;
        status.Skipped = memory.Skipped;
        status.ConsecutiveFailures = memory.ConsecutiveFailures;
        status.LastFailureTime = memory.LastFailure;
        status.LastSuccessfulTime = memory.LastSuccess;
    }
}
