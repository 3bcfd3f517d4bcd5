using System.Globalization;
using BackupOperator.Core.Runs;
using BackupOperator.Core.Scheduling;

namespace BackupOperator.Core.Tests.Scheduling;

/// <summary>A schedule and its backups over time, with an operator that does what the planner says. Time is UTC unless a zone is set.</summary>
internal sealed class ScheduleStory
{
    private ScheduleMemory memory = new();
    private string text;

    public ScheduleStory(string schedule = "0 * * * *", string created = "2026-01-01T00:30:00Z", string zone = "UTC")
    {
        Created = Now = At(created);
        text = schedule;
        Zone = TimeZoneInfo.FindSystemTimeZoneById(zone);
        Rules = new ScheduleRules { Text = schedule, Timetable = Timetable.Parse(schedule, Zone, Created), Zone = Zone, KeepFailed = 3 };
    }

    public DateTimeOffset Created { get; }

    public DateTimeOffset Now { get; private set; }

    public TimeZoneInfo Zone { get; }

    public ScheduleRules Rules { get; set; }

    public List<ScheduledRun> Runs { get; } = [];

    public List<string> Started { get; } = [];

    public List<DateTimeOffset> StartedTicks { get; } = [];

    public List<ScheduleNews> News { get; } = [];

    public ScheduleMemory Memory => memory;

    public string? TargetProblem { get; set; }

    public string? Token { get; set; }

    /// <summary>The operator dies between the creation of a backup and the status.</summary>
    public bool DiesBeforeItWrites { get; set; }

    public ScheduleDecision Last { get; private set; } = null!;

    public IEnumerable<string> Told => News.Select(n => n.Reason);

    public static DateTimeOffset At(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture);

    public void Schedule(string schedule)
    {
        text = schedule;
        Rules = Rules with { Text = text, Timetable = Timetable.Parse(text, Zone, Created) };
    }

    /// <summary>The operator looks, until there is nothing more to do now.</summary>
    public ScheduleStory Look(string? time = null) => LookAt(time is null ? Now : At(time));

    public ScheduleStory LookAt(DateTimeOffset time)
    {
        Now = time;
        for (var pass = 0; pass < 10; pass++)
        {
            Last = SchedulePlanner.Decide(
                new ScheduleObservation
                {
                    Name = "nightly",
                    Uid = "u1",
                    CreatedAt = Created,
                    Rules = Rules,
                    Memory = memory,
                    Runs = [.. Runs],
                    TargetProblem = TargetProblem,
                    Token = Token,
                },
                Now);
            News.AddRange(Last.News);
            var before = memory;
            foreach (var name in Last.Cancel)
            {
                Change(name, r => r with { Ending = true });
            }

            Runs.RemoveAll(r => Last.Forget.Contains(r.Name));
            memory = Last.Memory;
            if (Last.Start is not { } start)
            {
                return this;
            }

            Runs.Exists(r => r.Name == start.Name).ShouldBeFalse("no backup is created twice");
            Runs.Add(new ScheduledRun(start.Name, RunStage.New, Now) { Tick = start.Tick });
            Started.Add(start.Name);
            if (start.Tick is { } tick)
            {
                StartedTicks.Add(tick);
            }

            if (DiesBeforeItWrites)
            {
                memory = before;
                return this;
            }

            memory = start.Memory;
        }

        throw new InvalidOperationException("it does not come to rest");
    }

    /// <summary>The operator is there all the time: it looks when it wants to.</summary>
    public ScheduleStory StayUntil(string time)
    {
        Look();
        while (Last.LookAgain <= At(time))
        {
            Last.LookAgain!.Value.ShouldBeGreaterThan(Now);
            LookAt(Last.LookAgain.Value);
        }

        Now = At(time);
        return this;
    }

    /// <summary>Time passes; nobody looks.</summary>
    public ScheduleStory Pass(DateTimeOffset time)
    {
        Now = time;
        return this;
    }

    public ScheduleStory Ends(RunStage stage, string? name = null)
    {
        Change(name ?? Started[^1], r => r with { Stage = stage, CompletedAt = Now });
        return this;
    }

    private void Change(string name, Func<ScheduledRun, ScheduledRun> change)
    {
        var index = Runs.FindIndex(r => r.Name == name);
        Runs[index] = change(Runs[index]);
    }
}
