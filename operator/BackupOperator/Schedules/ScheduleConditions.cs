using BackupOperator.Core.Conditions;
using BackupOperator.Core.Scheduling;

namespace BackupOperator.Schedules;

/// <summary>The conditions of a schedule. Pure.</summary>
internal static class ScheduleConditions
{
    /// <summary>No tick starts a backup.</summary>
    public const string Suspended = nameof(Suspended);

    /// <summary>The last backup that came to a result is good.</summary>
    public const string LastBackupSucceeded = nameof(LastBackupSucceeded);

    public static Condition Refused(string problem) => new(ConditionType.Accepted, ConditionStatus.False, "InvalidSchedule", problem);

    public static IReadOnlyList<Condition> Of(ScheduleMemory memory)
    {
        var conditions = new List<Condition>
        {
            new(ConditionType.Accepted, ConditionStatus.True, "Valid"),
            memory.Suspended
                ? new(Suspended, ConditionStatus.True, "Suspended", "spec.suspend is true")
                : new(Suspended, ConditionStatus.False, "Active"),
        };
        if (memory.ConsecutiveFailures > 0)
        {
            conditions.Add(new(LastBackupSucceeded, ConditionStatus.False, "Failed", $"Failed backups since the last good one: {memory.ConsecutiveFailures}"));
        }
        else if (memory.LastSuccess is not null)
        {
            conditions.Add(new(LastBackupSucceeded, ConditionStatus.True, "Completed"));
        }

        return conditions;
    }
}
