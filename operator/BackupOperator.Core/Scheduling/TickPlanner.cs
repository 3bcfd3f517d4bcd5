using System.Globalization;
using BackupOperator.Core.Naming;

namespace BackupOperator.Core.Scheduling;

/// <summary>Decides about the ticks of a schedule that is not suspended.</summary>
internal static class TickPlanner
{
    /// <summary>How soon to look again at what no watch tells of.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static ScheduleDecision Decide(ScheduleObservation o, ScheduleMemory memory, DateTimeOffset now, List<ScheduleNews> news)
    {
        var due = DueTick.Find(o.Rules.Timetable, o.Uid, o.Rules.Jitter, memory.AccountedUntil!.Value, now);
        if (due.Tick is not { } tick)
        {
            return Idle(memory, due);
        }

        memory = AccountForEarlier(o, memory, due, tick, news);
        var started = memory with { AccountedUntil = tick, LastScheduleTime = tick, Waiting = null };
        if (o.Runs.Any(r => r.Tick == tick))
        {
            // Created by an operator that died before it wrote that down.
            return Idle(started, due);
        }

        if (o.Rules.StartingDeadline is { } deadline && now > due.Start + deadline)
        {
            return Idle(TooLate(memory, tick, deadline, news), due);
        }

        if (Obstacle(o, tick, now) is var (waiting, until))
        {
            return Wait(o, memory, due, waiting, until, news);
        }

        return new ScheduleDecision
        {
            Memory = memory,
            Start = new RunStart(ScheduleNames.OfTick(o.Name, tick), RunCause.Tick, tick, started),
            Message = Next(due),
            NextStart = due.Upcoming,
            LookAgain = due.Upcoming,
        };
    }

    public static string Ticks(int count) => count == 1 ? "1 tick" : (count >= DueTick.Most ? "At least " : "") + string.Create(CultureInfo.InvariantCulture, $"{count} ticks");

    /// <summary>All before the last one that is due: one of them may have been waiting, the others found nobody.</summary>
    private static ScheduleMemory AccountForEarlier(ScheduleObservation o, ScheduleMemory memory, DueTick due, DateTimeOffset tick, List<ScheduleNews> news)
    {
        var created = o.Runs.Where(r => r.Tick > memory.AccountedUntil && r.Tick < tick).Select(r => r.Tick).Distinct().ToList();
        var missed = due.Before - created.Count;
        if (memory.Waiting is { } waiting && waiting.Tick < tick && !created.Contains(waiting.Tick))
        {
            news.Add(SchedulePlanner.Skipped(waiting));
            memory = memory with { Skipped = memory.Skipped + 1, Waiting = null };
            missed--;
        }

        if (missed > 0)
        {
            news.Add(new ScheduleNews(ScheduleNews.Missed, $"{Ticks(missed)} from {due.First:u} on were missed: no operator was at work, or it could not carry out the schedule. {tick:u} is the last that is due", IsWarning: true));
        }

        return due.Before == 0 ? memory : memory with
        {
            Missed = memory.Missed + Math.Max(0, missed),
            AccountedUntil = tick.AddSeconds(-1),
            LastScheduleTime = created.Max() ?? memory.LastScheduleTime,
            Waiting = null,
        };
    }

    private static ScheduleMemory TooLate(ScheduleMemory memory, DateTimeOffset tick, TimeSpan deadline, List<ScheduleNews> news)
    {
        if (memory.Waiting is { } waiting)
        {
            news.Add(SchedulePlanner.Skipped(waiting));
            return memory with { AccountedUntil = tick, Waiting = null, Skipped = memory.Skipped + 1 };
        }

        news.Add(new ScheduleNews(ScheduleNews.Missed, $"The tick of {tick:u} could not start within startingDeadlineSeconds ({deadline.TotalSeconds:0})", IsWarning: true));
        return memory with { AccountedUntil = tick, Missed = memory.Missed + 1 };
    }

    /// <summary>What keeps a tick from starting, and until when at least; null for "until something changes".</summary>
    private static (WaitingTick Waiting, DateTimeOffset? Until)? Obstacle(ScheduleObservation o, DateTimeOffset tick, DateTimeOffset now)
    {
        var opening = MaintenanceWindow.NextOpening(o.Rules.Windows, o.Rules.Zone, now);
        if (opening != now)
        {
            return (new WaitingTick(tick, WaitReason.OutsideWindow, "no maintenance window is open"), opening);
        }

        if (o.TargetProblem is { } problem)
        {
            return (new WaitingTick(tick, WaitReason.TargetNotHealthy, problem), now + Patience);
        }

        return SchedulePlanner.Occupied(o) is { } occupied ? (new WaitingTick(tick, WaitReason.RunActive, occupied), null) : null;
    }

    private static ScheduleDecision Wait(
        ScheduleObservation o, ScheduleMemory memory, DueTick due, WaitingTick waiting, DateTimeOffset? until, List<ScheduleNews> news)
    {
        if (memory.Waiting?.Tick != waiting.Tick || memory.Waiting.Reason != waiting.Reason)
        {
            var end = due.Start + o.Rules.StartingDeadline is { } late && (due.Upcoming is null || late < due.Upcoming) ? late : due.Upcoming;
            news.Add(new ScheduleNews("Waiting", $"The tick of {waiting.Tick:u} waits until {end:u}: {waiting.Message}"));
        }

        // The deadline is passed a moment after it.
        var deadline = (due.Start + o.Rules.StartingDeadline)?.AddSeconds(1);
        return new ScheduleDecision
        {
            Memory = memory with { Waiting = waiting },
            Message = $"The tick of {waiting.Tick:u} waits: {waiting.Message}",
            NextStart = due.Upcoming,
            LookAgain = new[] { due.Upcoming, deadline, until }.Min(),
        };
    }

    private static ScheduleDecision Idle(ScheduleMemory memory, DueTick due) =>
        new() { Memory = memory, Message = Next(due), NextStart = due.Upcoming, LookAgain = due.Upcoming };

    private static string Next(DueTick due) => due.Upcoming is { } next ? $"The next backup starts at {next:u}" : "No tick is to come within five years";
}
