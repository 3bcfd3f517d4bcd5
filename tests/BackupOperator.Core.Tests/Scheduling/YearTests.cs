using System.Globalization;
using BackupOperator.Core.Retention;
using BackupOperator.Core.Runs;
using BackupOperator.Core.Scheduling;
using BackupOperator.Core.Tests.Retention;

namespace BackupOperator.Core.Tests.Scheduling;

/// <summary>A year of an hourly, a daily and a weekly schedule of one database, with slow and failing backups and an operator that is away now and then.</summary>
public sealed class YearTests
{
    private const string Begin = "2026-01-01T00:00:30Z";

    private static readonly DateTimeOffset End = ScheduleStory.At("2027-01-01T12:00:30Z");

    [Theory]
    [InlineData("Europe/Berlin", 1)]
    [InlineData("America/New_York", 2)]
    public void Every_tick_is_accounted_for_and_retention_leaves_each_day_what_the_model_says(string zone, int seed)
    {
        var random = new Random(seed);
        List<Member> members =
        [
            new("hourly", "15 * * * *", zone, new RetentionPolicy { KeepHourly = 24, KeepDaily = 3, MaxTotalSize = 4000 }),
            new("daily", "30 2 * * *", zone, new RetentionPolicy { KeepDaily = 10, KeepWeekly = 6, KeepMonthly = 4, MinCount = 2 }),
            new("weekly", "0 3 * * sun", zone, new RetentionPolicy { KeepWeekly = 5, KeepMonthly = 12, KeepYearly = 2, MaxAge = TimeSpan.FromDays(300), MaxCount = 14 }),
        ];
        members[0].Story.Rules = members[0].Story.Rules with { Jitter = TimeSpan.FromMinutes(20) };
        members[1].Story.Rules = members[1].Story.Rules with { StartingDeadline = TimeSpan.FromHours(4) };
        var stored = new List<(Member Owner, StoredBackup Backup)>();
        var now = ScheduleStory.At(Begin);
        var day = now;
        DateTimeOffset? awayUntil = null;
        var days = 0;
        while (now < End)
        {
            foreach (var member in members)
            {
                member.EndRuns(now, random, stored);
                if (awayUntil is null && member.IsToLook(now))
                {
                    member.Story.LookAt(now);
                    member.BeginRuns(now, random);
                }
            }

            if (now >= day)
            {
                days++;
                day = day.AddDays(1);
                Prune(members, stored, now);
                awayUntil ??= random.Next(12) == 0 ? now.AddMinutes(random.Next(10, 3 * 1440)) : null;
            }

            awayUntil = awayUntil <= now ? null : awayUntil;
            now = members.SelectMany(m => m.Wakes(awayUntil is null)).Append(day).Append(awayUntil ?? day).Append(End).Where(t => t > now).Min();
        }

        days.ShouldBe(366);
        foreach (var member in members)
        {
            member.Story.LookAt(End);
            CheckTicks(member.Story);
        }

        members.Sum(m => m.Story.Memory.Missed).ShouldBeGreaterThan(100);
        members.Sum(m => m.Story.Memory.Skipped).ShouldBeGreaterThan(50);
        members.Sum(m => m.Story.Told.Count(t => t == "RunFailed")).ShouldBeGreaterThan(100);
    }

    /// <summary>By the clock alone, minute by minute.</summary>
    private static void CheckTicks(ScheduleStory story)
    {
        var expression = CronExpression.Parse(story.Rules.Text);
        var ticks = new HashSet<DateTimeOffset>();
        for (var minute = ScheduleStory.At("2026-01-01T00:01:00Z"); minute <= End; minute = minute.AddMinutes(1))
        {
            if (expression.Matches((minute + story.Zone.GetUtcOffset(minute)).DateTime))
            {
                ticks.Add(minute);
            }
        }

        story.StartedTicks.Distinct().Count().ShouldBe(story.StartedTicks.Count);
        story.StartedTicks.ShouldAllBe(t => ticks.Contains(t));
        var open = ticks.Count(t => t > story.Memory.AccountedUntil);
        open.ShouldBeLessThanOrEqualTo(1);
        (story.StartedTicks.Count + story.Memory.Missed + story.Memory.Skipped + open).ShouldBe(ticks.Count, story.Rules.Text);

        // What is counted is what is told.
        var told = story.News.Where(n => n.Reason == "Missed").Sum(n => n.Message.StartsWith("The tick of", StringComparison.Ordinal) ? 1 : int.Parse(n.Message.Split(' ')[0], CultureInfo.InvariantCulture));
        told.ShouldBe((int)story.Memory.Missed);
        story.Told.Count(t => t == "Skipped").ShouldBe((int)story.Memory.Skipped);
    }

    private static void Prune(List<Member> members, List<(Member Owner, StoredBackup Backup)> stored, DateTimeOffset now)
    {
        foreach (var member in members)
        {
            var own = stored.Where(s => s.Owner == member).Select(s => s.Backup).ToList();
            var others = stored.Where(s => s.Owner != member).Select(s => s.Backup).ToList();
            var verdicts = RetentionPlanner.Decide(member.Policy, own, others, member.Story.Zone, now);
            var kept = verdicts.Where(v => v.Keep).Select(v => v.Backup.Id).ToHashSet();
            kept.Order().ShouldBe(RetentionModel.Kept(member.Policy, own, others, member.Story.Zone, now).Order(), $"{member.Name} at {now:u}");
            stored.RemoveAll(s => s.Owner == member && !kept.Contains(s.Backup.Id));
            member.Story.Runs.RemoveAll(r => r.Stage == RunStage.Completed && !kept.Contains(r.Name + "/" + member.Name));
        }

        // Whatever was pruned, each backup that is left has all that it builds on.
        var ids = stored.Select(s => s.Backup.Id).ToHashSet();
        stored.ShouldAllBe(s => s.Backup.ParentId == null || ids.Contains(s.Backup.ParentId));
    }

    private sealed class Member(string name, string schedule, string zone, RetentionPolicy policy)
    {
        private readonly Dictionary<string, DateTimeOffset> ends = [];
        private bool hasNews;

        public string Name => name;

        public RetentionPolicy Policy => policy;

        public ScheduleStory Story { get; } = new(schedule, Begin, zone);

        public IEnumerable<DateTimeOffset> Wakes(bool operatorIsThere) =>
            ends.Values.Concat(operatorIsThere && Story.Last?.LookAgain is { } look ? [look] : []);

        /// <summary>The time has come that it wanted to look, or the watch tells of a backup that has ended.</summary>
        public bool IsToLook(DateTimeOffset now) => hasNews || Story.Last is null || Story.Last.LookAgain <= now;

        public void BeginRuns(DateTimeOffset now, Random random)
        {
            hasNews = false;
            foreach (var run in Story.Runs.Where(r => !r.Stage.IsOver() && !ends.ContainsKey(r.Name)))
            {
                ends[run.Name] = now.AddMinutes(random.Next(10) == 0 ? random.Next(30, 200) : random.Next(5, 30));
            }
        }

        public void EndRuns(DateTimeOffset now, Random random, List<(Member Owner, StoredBackup Backup)> stored)
        {
            foreach (var run in ends.Where(e => e.Value <= now).Select(e => e.Key).ToList())
            {
                ends.Remove(run);
                hasNews = true;
                var good = random.Next(15) > 0;
                Story.Pass(now).Ends(good ? RunStage.Completed : RunStage.Failed, run);
                if (good)
                {
                    // Full, incremental on the last full or incremental one, and differential.
                    var parent = stored.LastOrDefault(s => name switch { "weekly" => false, "daily" => s.Owner.Name != "hourly", _ => s.Owner.Name == "weekly" }).Backup?.Id;
                    stored.Add((this, new StoredBackup(run + "/" + name, now, parent) { Bytes = random.Next(1, 100) }));
                }
            }
        }
    }
}
