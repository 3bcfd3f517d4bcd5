using BackupOperator.Core.Naming;
using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Scheduling;

/// <summary>
/// Decides what happens next to a schedule, from nothing but what was observed. Each tick is accounted for once: it runs,
/// it is skipped for a reason, or it was missed and that is told. Of several that are due only the last can run.
/// </summary>
public static class SchedulePlanner
{
    /// <summary>So many tokens are remembered; the name of a backup keeps older ones from running twice for as long as it is there.</summary>
    private const int MostTriggers = 10;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    /// <summary>Clocks differ by less.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(1);

    public static ScheduleDecision Decide(ScheduleObservation o, DateTimeOffset now)
    {
        var news = new List<ScheduleNews>();
        var memory = RunOutcomes.Count(o.Memory, o.Runs, now);
        news.AddRange(RunOutcomes.Tell(o.Memory, memory, o.Runs));
        memory = Begin(o, memory, now, news);
        memory = o.Rules.Suspend ? Suspend(memory, news) : Resume(o, memory, now, news);

        var decision = Wish(o, memory, now)
            ?? (o.Rules.Suspend ? new ScheduleDecision { Memory = memory, Message = "Suspended" } : TickPlanner.Decide(o, memory, now, news));
        decision = decision with { Memory = CountMissed(decision.Memory), Start = decision.Start is { } start ? start with { Memory = CountMissed(start.Memory) } : null };
        return decision with
        {
            News = news,
            Forget = RunOutcomes.Forget(o.Runs, o.Rules.KeepFailed),
            Cancel = decision.Start is not null && o.Rules.Concurrency == ConcurrencyPolicy.Replace
                ? [.. Active(o).Where(r => !r.Ending).Select(r => r.Name)]
                : [],
        };

        ScheduleMemory CountMissed(ScheduleMemory after) => after.Missed == o.Memory.Missed
            ? after
            : after with { Statistics = after.Statistics.AddMissed(after.Missed - o.Memory.Missed, now) };
    }

    /// <summary>What to remember of a start that the API server has refused.</summary>
    public static ScheduleMemory Refuse(ScheduleDecision decision, string message) =>
        decision.Start is { Tick: { } tick } ? decision.Memory with { Waiting = new WaitingTick(tick, WaitReason.Refused, message) } : decision.Memory;

    internal static IEnumerable<ScheduledRun> Active(ScheduleObservation o) => o.Runs.Where(r => !r.Stage.IsOver());

    /// <summary>Why nothing of this schedule can start now, on account of its own backups.</summary>
    internal static string? Occupied(ScheduleObservation o) =>
        o.Rules.Concurrency == ConcurrencyPolicy.Forbid && Active(o).MinBy(r => r.CreatedAt) is { } active
            ? $"MySqlBackup {active.Name} has not ended, and concurrencyPolicy is Forbid"
            : null;

    /// <summary>A timetable counts from when it is first seen; ticks that it would have had before are none.</summary>
    private static ScheduleMemory Begin(ScheduleObservation o, ScheduleMemory memory, DateTimeOffset now, List<ScheduleNews> news)
    {
        memory = SetBack(memory, now, news);
        if (memory.Text == o.Rules.Text && memory.AccountedUntil is not null)
        {
            return memory;
        }

        if (memory.Text is null)
        {
            return memory with { Text = o.Rules.Text, AccountedUntil = memory.AccountedUntil ?? o.CreatedAt };
        }

        if (memory.Waiting is { } waiting)
        {
            news.Add(Skipped(waiting));
        }

        return memory with { Text = o.Rules.Text, AccountedUntil = now, Waiting = null, Skipped = memory.Skipped + (memory.Waiting is null ? 0 : 1) };
    }

    /// <summary>What a clock that was ahead has left would hold up the schedule until then.</summary>
    private static ScheduleMemory SetBack(ScheduleMemory memory, DateTimeOffset now, List<ScheduleNews> news)
    {
        if (IsAhead(memory.AccountedUntil))
        {
            news.Add(new ScheduleNews("ClockChanged", $"Ticks up to {memory.AccountedUntil:u} were accounted for, which is to come: the operator's clock was ahead. The schedule goes on from {now:u}", IsWarning: true));
            memory = memory with { AccountedUntil = now, Waiting = memory.Waiting?.Tick > now ? null : memory.Waiting };
        }

        return memory with
        {
            LastSuccess = IsAhead(memory.LastSuccess) ? now : memory.LastSuccess,
            LastScheduleTime = IsAhead(memory.LastScheduleTime) ? now : memory.LastScheduleTime,
        };

        bool IsAhead(DateTimeOffset? moment) => moment > now + ClockTolerance;
    }

    private static ScheduleMemory Suspend(ScheduleMemory memory, List<ScheduleNews> news)
    {
        if (!memory.Suspended)
        {
            news.Add(new ScheduleNews("Suspended", "No tick starts a backup until spec.suspend is false"));
        }

        return memory with { Suspended = true, Waiting = null };
    }

    private static ScheduleMemory Resume(ScheduleObservation o, ScheduleMemory memory, DateTimeOffset now, List<ScheduleNews> news)
    {
        if (!memory.Suspended)
        {
            return memory;
        }

        var skipped = o.Rules.Timetable.Count(memory.AccountedUntil!.Value, now, DueTick.Most);
        news.Add(new ScheduleNews("Resumed", $"{TickPlanner.Ticks(skipped)} passed while the schedule was suspended"));
        return memory with { Suspended = false, AccountedUntil = now, Skipped = memory.Skipped + skipped };
    }

    /// <summary>What a person wants now: by a token, suspended or not, or by <c>spec.immediate</c>. Windows and preconditions are for ticks.</summary>
    private static ScheduleDecision? Wish(ScheduleObservation o, ScheduleMemory memory, DateTimeOffset now)
    {
        RunStart? start = null;
        if (o.Token is { Length: > 0 } token && ScheduleNames.OfTrigger(o.Name, o.Uid, token) is var name && !memory.Triggers.Any(t => t.Run == name))
        {
            start = new RunStart(name, RunCause.Trigger, null, memory with { Triggers = [.. memory.Triggers.TakeLast(MostTriggers - 1), new TriggeredRun(token, name, now)] });
        }
        else if (o.Rules is { Immediate: true, Suspend: false } && memory.FirstRun is null)
        {
            name = ScheduleNames.OfCreation(o.Name, o.Uid);
            start = new RunStart(name, RunCause.Creation, null, memory with { FirstRun = name });
        }

        if (start is not null && o.Runs.Any(r => r.Name == start.Name))
        {
            // Created by an operator that died before it wrote that down.
            return new ScheduleDecision { Memory = start.Memory, LookAgain = now };
        }

        // While it cannot start, ticks go on being accounted for.
        return start is null || Occupied(o) is not null
            ? null
            : new ScheduleDecision { Memory = memory, Start = start, Message = $"Creating MySqlBackup {start.Name}", LookAgain = now + Soon };
    }

    internal static ScheduleNews Skipped(WaitingTick waiting) =>
        new("Skipped", $"The tick of {waiting.Tick:u} is skipped: {waiting.Message}", IsWarning: true);
}
