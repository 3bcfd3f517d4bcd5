using System.Globalization;
using BackupOperator.Core.Durations;
using BackupOperator.Core.Naming;
using BackupOperator.Core.Scheduling;
using BackupOperator.Runs;

namespace BackupOperator.Schedules;

/// <summary>Reads what a schedule asks for. Pure but for the time zones.</summary>
internal static class ScheduleRulesReader
{
    /// <exception cref="FormatException">Something cannot be carried out; the message names the field and the way out.</exception>
    public static ScheduleRules Read(MySqlBackupSchedule schedule)
    {
        var spec = schedule.Spec;
        var zone = Field("timeZone", () => TimeZones.Find(spec.TimeZone));
        var timetable = Field("schedule", () => Timetable.Parse(spec.Schedule, zone, Created(schedule)));
        if (timetable.Next(Created(schedule)) is null)
        {
            throw new FormatException($"spec.schedule: '{spec.Schedule}' names a day that never comes");
        }

        Field("retention", () => CheckRetention(spec.Retention));
        Field("template.spec.naming.pathTemplate", () => CheckPath(schedule));
        CheckDurations(schedule);
        return new ScheduleRules
        {
            Text = $"{spec.Schedule} {spec.TimeZone}",
            Timetable = timetable,
            Zone = zone,
            Suspend = spec.Suspend,
            Immediate = spec.Immediate,
            StartingDeadline = spec.StartingDeadlineSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Concurrency = spec.ConcurrencyPolicy,
            Jitter = Field("jitter", () => DurationText.Parse(spec.Jitter)),
            Windows = spec.Template.Spec.Priority == RunPriority.Emergency
                ? []
                : Field("windows", () => (spec.Windows ?? []).Select(Window).ToList()),
            KeepFailed = spec.History.Failed,
        };
    }

    /// <summary>What <c>@every</c> counts from, and before which there are no ticks.</summary>
    public static DateTimeOffset Created(MySqlBackupSchedule schedule) => schedule.Metadata.CreationTimestamp ?? DateTimeOffset.UnixEpoch;

    private static MaintenanceWindow Window(ScheduleWindow window) => new(Time(window.From), Time(window.To), window.Days ?? []);

    private static TimeOnly Time(string text) => TimeOnly.ParseExact(text, "HH:mm", CultureInfo.InvariantCulture);

    private static bool CheckRetention(ScheduleRetention? retention)
    {
        if (retention?.MaxAge is { } age && DurationText.Parse(age) <= TimeSpan.Zero)
        {
            throw new FormatException($"maxAge is {age}, which would keep nothing; give a duration such as 30d");
        }

        return retention?.MaxTotalSize is { Value: <= 0 } size
            ? throw new FormatException($"maxTotalSize is {size}, which would keep nothing; give a size such as 500Gi")
            : true;
    }

    // Each backup would fail of it.
    private static void CheckDurations(MySqlBackupSchedule schedule)
    {
        if (SpecDurations.Problem(SpecDurations.Of(schedule.Spec.Template.Spec)) is { } problem)
        {
            throw new FormatException("spec.template.spec." + problem);
        }
    }

    // So it would of this.
    private static string CheckPath(MySqlBackupSchedule schedule) => PathTemplate.Expand(
        schedule.Spec.Template.Spec.Naming.PathTemplate,
        new PathValues(
            schedule.Metadata.Namespace!, ScheduleNames.OfTick(schedule.Metadata.Name!, Created(schedule)), schedule.Spec.Template.Spec.Target.StatefulSet,
            schedule.Spec.Template.Spec.Type.ToString(), schedule.Metadata.Uid!, "mysql", Created(schedule))
        {
            Schedule = schedule.Metadata.Name!,
        });

    private static T Field<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException e)
        {
            throw new FormatException($"spec.{name}: {e.Message}", e);
        }
    }
}
