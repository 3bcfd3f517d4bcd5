using System.Globalization;
using BackupOperator.Core.Retention;

namespace BackupOperator.Core.Tests.Retention;

public sealed class RetentionPlannerTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Fact]
    public void Without_rules_all_stay()
    {
        Kept(new RetentionPolicy(), Daily(5)).ShouldBe("d0 d1 d2 d3 d4");
        Kept(new RetentionPolicy(), []).ShouldBe("");
    }

    [Theory]
    [InlineData(0, "d0")]
    [InlineData(1, "d0")]
    [InlineData(3, "d0 d1 d2")]
    [InlineData(99, "d0 d1 d2 d3 d4")]
    public void The_last_so_many_stay_and_never_fewer_than_one(int keep, string kept) =>
        Kept(new RetentionPolicy { KeepLast = keep }, Daily(5)).ShouldBe(kept);

    [Fact]
    public void The_newest_of_each_period_stays_by_the_clock_of_the_zone()
    {
        // 22:30 UTC is 00:30 of the next day in Berlin.
        StoredBackup[] own = [At("a", "2026-06-28T21:30:00Z"), At("b", "2026-06-28T22:30:00Z"), At("c", "2026-06-29T21:30:00Z"), At("d", "2026-06-29T22:30:00Z")];

        Kept(new RetentionPolicy { KeepDaily = 3 }, own).ShouldBe("d c a");
        RetentionPlanner.Decide(new RetentionPolicy { KeepDaily = 3 }, own, [], TimeZoneInfo.Utc, Now).Where(v => v.Keep).Select(v => v.Backup.Id).ShouldBe(["d", "b"]);
    }

    [Fact]
    public void An_hour_that_comes_twice_is_two()
    {
        StoredBackup[] own = [At("first", "2025-10-26T00:30:00Z"), At("second", "2025-10-26T01:30:00Z")];
        Kept(new RetentionPolicy { KeepHourly = 2 }, own).ShouldBe("second first");
    }

    [Fact]
    public void A_week_begins_on_Monday_and_may_belong_to_the_year_before()
    {
        StoredBackup[] own = [At("thursday", "2020-12-31T12:00:00Z"), At("sunday", "2021-01-03T12:00:00Z"), At("monday", "2021-01-04T12:00:00Z")];
        Kept(new RetentionPolicy { KeepWeekly = 9 }, own).ShouldBe("monday sunday");
    }

    [Fact]
    public void Rules_add_up_and_say_why()
    {
        var verdicts = RetentionPlanner.Decide(new RetentionPolicy { KeepLast = 2, KeepMonthly = 2 }, Daily(40), [], Berlin, Now);

        verdicts.Where(v => v.Keep).Select(v => $"{v.Backup.Id}: {string.Join(", ", v.Reasons)}").ShouldBe(
        [
            "d0: last 1, monthly 2026-07, newest good backup", "d1: last 2, monthly 2026-06",
        ]);
        verdicts[2].Reasons.ShouldBe(["no rule keeps it"]);
        verdicts.Select(v => v.Backup.TakenAt).ShouldBe(verdicts.Select(v => v.Backup.TakenAt).OrderDescending());
    }

    [Fact]
    public void Limits_take_the_oldest_and_leave_minCount()
    {
        Kept(new RetentionPolicy { MaxCount = 2 }, Daily(5)).ShouldBe("d0 d1");
        Kept(new RetentionPolicy { MaxAge = TimeSpan.FromDays(2) }, Daily(5)).ShouldBe("d0 d1 d2");
        Kept(new RetentionPolicy { MaxAge = TimeSpan.Zero, MinCount = 3 }, Daily(5, daysAgo: 1)).ShouldBe("d0 d1 d2");
        Kept(new RetentionPolicy { MaxTotalSize = 25 }, Daily(5)).ShouldBe("d0 d1");
        Kept(new RetentionPolicy { MaxTotalSize = 5 }, Daily(5)).ShouldBe("d0");
        Kept(new RetentionPolicy { MaxTotalSize = 5, MinCount = 2 }, Daily(5)).ShouldBe("d0 d1");
        RetentionPlanner.Decide(new RetentionPolicy { MaxTotalSize = 25 }, Daily(5), [], Berlin, Now)[2].Reasons.ShouldBe(["beyond maxTotalSize 25"]);
        RetentionPlanner.Decide(new RetentionPolicy { MaxAge = TimeSpan.FromDays(2) }, Daily(5), [], Berlin, Now)[3].Reasons.ShouldBe(["older than maxAge 2d"]);
    }

    [Fact]
    public void An_ancestor_of_one_that_stays_stays_and_counts()
    {
        StoredBackup[] chain = [.. Daily(5).Reverse().Aggregate(new List<StoredBackup>(), (list, b) => [.. list, b with { ParentId = list.LastOrDefault()?.Id }])];

        Kept(new RetentionPolicy { KeepLast = 1 }, chain).ShouldBe("d0 d1 d2 d3 d4");
        RetentionPlanner.Decide(new RetentionPolicy { KeepLast = 1 }, chain, [], Berlin, Now)[4].Reasons.ShouldBe(["needed by d3"]);
        Kept(new RetentionPolicy { MaxCount = 3 }, chain).ShouldBe("d0 d1 d2 d3 d4", "the newest cannot be without them");
    }

    [Fact]
    public void What_others_build_on_stays_and_nothing_is_said_of_others()
    {
        var others = new[] { new StoredBackup("theirs", Now.AddYears(-9), ParentId: "d3"), new StoredBackup("theirs2", Now.AddYears(-9), ParentId: "theirs") };
        var verdicts = RetentionPlanner.Decide(new RetentionPolicy { KeepLast = 1 }, Daily(5), others, Berlin, Now);

        verdicts.Where(v => v.Keep).Select(v => v.Backup.Id).ShouldBe(["d0", "d3"]);
        verdicts.Count.ShouldBe(5);
        verdicts[3].Reasons.ShouldBe(["needed by theirs"]);
    }

    [Fact]
    public void What_is_held_or_expires_by_itself()
    {
        var own = Daily(4).ToArray();
        own[3] = own[3] with { HeldBy = "read by MySqlRestore back" };
        own[1] = own[1] with { ExpiresAt = Now };
        own[0] = own[0] with { ExpiresAt = Now.AddDays(-1) };

        Kept(new RetentionPolicy { KeepLast = 3 }, own).ShouldBe("d0 d2 d3", "the newest stays although it has expired");
    }

    [Fact]
    public void A_chain_that_bites_its_tail_ends()
    {
        StoredBackup[] own = [At("a", "2026-01-01T00:00:00Z") with { ParentId = "b" }, At("b", "2026-01-02T00:00:00Z") with { ParentId = "a" }];
        Kept(new RetentionPolicy { KeepLast = 1 }, own).ShouldBe("b a");
    }

    [Fact]
    public void What_is_from_the_future_stays_and_stands_for_nothing()
    {
        StoredBackup[] own = [new("ahead", Now.AddHours(2), ParentId: "d3") { ExpiresAt = Now.AddDays(-1) }, .. Daily(5)];
        var verdicts = RetentionPlanner.Decide(new RetentionPolicy { KeepLast = 1, MaxCount = 1 }, own, [], Berlin, Now);

        verdicts.Select(v => v.Backup.Id).ShouldBe(["ahead", "d0", "d1", "d2", "d3", "d4"]);
        verdicts.Where(v => v.Keep).Select(v => $"{v.Backup.Id}: {string.Join(", ", v.Reasons)}").ShouldBe(
        [
            "ahead: taken in the future, by the clock of its node", "d0: last 1, newest good backup", "d3: needed by ahead",
        ]);
        Kept(new RetentionPolicy { KeepLast = 1 }, [new("ahead", Now.AddYears(1))]).ShouldBe("ahead");
        Kept(new RetentionPolicy { KeepLast = 1 }, [new("soon", Now.AddMinutes(5)), .. Daily(5)]).ShouldBe("soon", "clocks differ");
    }

    /// <summary>Random policies over random chains of several schedules, against the model.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void What_stays_is_what_the_model_says(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 100; round++)
        {
            var (own, others) = RandomBackups(random);
            var policy = RandomPolicy(random);
            var zone = TimeZoneInfo.FindSystemTimeZoneById(random.Next(2) == 0 ? "Europe/Berlin" : "America/New_York");

            var verdicts = RetentionPlanner.Decide(policy, own, others, zone, Now);

            var kept = verdicts.Where(v => v.Keep).Select(v => v.Backup.Id).ToHashSet();
            kept.Order().ShouldBe(RetentionModel.Kept(policy, own, others, zone, Now).Order(), $"seed {seed}, round {round}: {policy}");
            verdicts.ShouldAllBe(v => v.Reasons.Count > 0);
            if (verdicts.FirstOrDefault(v => v.Backup.TakenAt <= Now) is { } last)
            {
                kept.ShouldContain(last.Backup.Id, "the last good one");
            }

            var all = own.Concat(others).ToDictionary(b => b.Id);
            foreach (var backup in own.Where(b => kept.Contains(b.Id)).Concat(others))
            {
                (backup.ParentId is null || !all.ContainsKey(backup.ParentId) || others.Any(o => o.Id == backup.ParentId) || kept.Contains(backup.ParentId))
                    .ShouldBeTrue($"{backup.Id} has lost its parent");
            }

            // Repeated, it takes nothing more.
            if (own.TrueForAll(b => b.HeldBy is null))
            {
                RetentionPlanner.Decide(policy, [.. own.Where(b => kept.Contains(b.Id))], others, zone, Now).ShouldAllBe(v => v.Keep);
            }
        }
    }

    private static (List<StoredBackup> Own, List<StoredBackup> Others) RandomBackups(Random random)
    {
        var all = new List<StoredBackup>();
        var own = new List<StoredBackup>();
        var count = random.Next(0, 30);
        var time = Now.AddHours(-random.Next(1, 24 * 900));
        for (var i = 0; i < count; i++)
        {
            time += TimeSpan.FromMinutes(random.Next(0, random.Next(2) == 0 ? 90 : 60 * 24 * 20));
            var parent = all.Count == 0 || random.Next(3) == 0 ? null : all[^Math.Min(all.Count, random.Next(1, 4))].Id;
            var taken = random.Next(20) == 0 ? Now.AddHours(random.Next(1, 500)) : time > Now ? Now : time;
            var backup = new StoredBackup($"b{random.Next(1000):D3}-{i}", taken, parent)
            {
                Bytes = random.Next(1, 100),
                ExpiresAt = random.Next(8) == 0 ? Now.AddHours(random.Next(-9, 9)) : null,
                HeldBy = random.Next(40) == 0 ? "held" : null,
            };
            all.Add(backup);
            if (random.Next(4) > 0)
            {
                own.Add(backup);
            }
        }

        return ([.. own.OrderBy(_ => random.Next())], [.. all.Except(own)]);
    }

    private static RetentionPolicy RandomPolicy(Random random)
    {
        int? Maybe(int most) => random.Next(3) == 0 ? random.Next(0, most) : null;
        return new RetentionPolicy
        {
            KeepLast = Maybe(10),
            KeepHourly = Maybe(10),
            KeepDaily = Maybe(10),
            KeepWeekly = Maybe(6),
            KeepMonthly = Maybe(6),
            KeepYearly = Maybe(3),
            MaxAge = Maybe(400) is { } days ? TimeSpan.FromDays(days) : null,
            MaxCount = Maybe(20),
            MaxTotalSize = Maybe(1000),
            MinCount = Maybe(5) ?? 1,
        };
    }

    private static string Kept(RetentionPolicy policy, IReadOnlyCollection<StoredBackup> own) =>
        string.Join(' ', RetentionPlanner.Decide(policy, own, [], Berlin, Now).Where(v => v.Keep).Select(v => v.Backup.Id));

    private static IReadOnlyList<StoredBackup> Daily(int count, int daysAgo = 0) =>
        [.. Enumerable.Range(0, count).Select(i => new StoredBackup($"d{i}", Now.AddDays(-i - daysAgo)) { Bytes = 10 })];

    private static StoredBackup At(string id, string time) => new(id, DateTimeOffset.Parse(time, CultureInfo.InvariantCulture));
}
