using System.Globalization;
using BackupOperator.Core.Durations;

namespace BackupOperator.Core.Retention;

/// <summary>
/// Decides which backups of a schedule stay. A backup that another one needs stays as long as that one, whoever made it;
/// the newest stays in any case; and nothing is decided about backups of others.
/// </summary>
public static class RetentionPlanner
{
    /// <summary>Clocks differ by less.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    /// <param name="own">The good backups of the schedule, all of one target in one storage.</param>
    /// <param name="others">All others that may build on those: they stay.</param>
    /// <param name="zone">Whose hours, days, weeks, months and years are meant.</param>
    /// <returns>A verdict for each of <paramref name="own"/>, the newest first.</returns>
    public static IReadOnlyList<RetentionVerdict> Decide(
        RetentionPolicy policy, IReadOnlyCollection<StoredBackup> own, IReadOnlyCollection<StoredBackup> others, TimeZoneInfo zone, DateTimeOffset now)
    {
        var newestFirst = own.OrderByDescending(b => b.TakenAt).ThenByDescending(b => b.Id, StringComparer.Ordinal).ToList();

        // Of those from the future nobody knows how old they are: they must not stand for the newest, and stay like others.
        var future = newestFirst.TakeWhile(b => b.TakenAt > now + ClockTolerance).ToList();
        return
        [
            .. future.Select(b => new RetentionVerdict(b, true, ["taken in the future, by the clock of its node"])),
            .. DecidePast(policy, newestFirst[future.Count..], [.. others, .. future], zone, now),
        ];
    }

    private static IEnumerable<RetentionVerdict> DecidePast(
        RetentionPolicy policy, List<StoredBackup> newestFirst, IReadOnlyCollection<StoredBackup> others, TimeZoneInfo zone, DateTimeOffset now)
    {
        var verdicts = newestFirst.ToDictionary(b => b.Id, _ => new Verdict(), StringComparer.Ordinal);
        var chains = new BackupChains(newestFirst.Concat(others));
        var floor = Math.Min(newestFirst.Count, Math.Max(1, policy.MinCount));

        Choose(policy, newestFirst, zone, verdicts);
        Expire(policy, newestFirst, floor, now, verdicts);
        Limit(policy, newestFirst, floor, chains, verdicts);
        for (var i = 0; i < floor; i++)
        {
            verdicts[newestFirst[i].Id].Keep(i == 0 ? "newest good backup" : "minCount");
        }

        foreach (var backup in newestFirst.Where(b => b.HeldBy is not null))
        {
            verdicts[backup.Id].Keep(backup.HeldBy!);
        }

        foreach (var heir in newestFirst.Where(b => verdicts[b.Id].Kept).Concat(others).ToList())
        {
            var child = heir;
            foreach (var parent in chains.Ancestors(heir))
            {
                verdicts.GetValueOrDefault(parent.Id)?.Keep($"needed by {child.Id}");
                child = parent;
            }
        }

        return newestFirst.Select(b => verdicts[b.Id].Of(b));
    }

    private static void Choose(RetentionPolicy policy, List<StoredBackup> newestFirst, TimeZoneInfo zone, Dictionary<string, Verdict> verdicts)
    {
        (RetentionPeriod Period, int? Count)[] rules =
        [
            (RetentionPeriod.Hourly, policy.KeepHourly), (RetentionPeriod.Daily, policy.KeepDaily), (RetentionPeriod.Weekly, policy.KeepWeekly),
            (RetentionPeriod.Monthly, policy.KeepMonthly), (RetentionPeriod.Yearly, policy.KeepYearly),
        ];
        if (policy.KeepLast is null && rules.All(r => r.Count is null))
        {
            newestFirst.ForEach(b => verdicts[b.Id].Keep("no rule chooses"));
            return;
        }

        for (var i = 0; i < newestFirst.Count && i < policy.KeepLast; i++)
        {
            verdicts[newestFirst[i].Id].Keep(string.Create(CultureInfo.InvariantCulture, $"last {i + 1}"));
        }

        foreach (var (period, count) in rules)
        {
            // The newest of a period comes first, and stands for it.
            foreach (var (backup, name) in newestFirst.Select(b => (b, period.Of(TimeZoneInfo.ConvertTime(b.TakenAt, zone)))).DistinctBy(p => p.Item2).Take(count ?? 0))
            {
                verdicts[backup.Id].Keep($"{period.Name} {name}");
            }
        }

        foreach (var verdict in verdicts.Values.Where(v => !v.Kept))
        {
            verdict.Drop("no rule keeps it");
        }
    }

    private static void Expire(RetentionPolicy policy, List<StoredBackup> newestFirst, int floor, DateTimeOffset now, Dictionary<string, Verdict> verdicts)
    {
        foreach (var backup in newestFirst.Skip(floor))
        {
            if (backup.ExpiresAt <= now)
            {
                verdicts[backup.Id].Drop($"expired on {backup.ExpiresAt:u}");
            }
            else if (policy.MaxAge is { } age && now - backup.TakenAt > age)
            {
                verdicts[backup.Id].Drop($"older than maxAge {DurationText.Format(age)}");
            }
        }
    }

    /// <summary>From the newest on, as many as fit with all that they need. The first that does not fit is the end, so that what stays has no holes.</summary>
    private static void Limit(RetentionPolicy policy, List<StoredBackup> newestFirst, int floor, BackupChains chains, Dictionary<string, Verdict> verdicts)
    {
        var staying = new HashSet<string>(StringComparer.Ordinal);
        var bytes = 0L;
        string? full = null;
        for (var i = 0; i < newestFirst.Count; i++)
        {
            var backup = newestFirst[i];
            var isFloor = i < floor;
            if (!isFloor && !verdicts[backup.Id].Kept)
            {
                continue;
            }

            var more = chains.Ancestors(backup).Prepend(backup).Where(b => verdicts.ContainsKey(b.Id) && !staying.Contains(b.Id)).ToList();
            full ??= isFloor ? null
                : staying.Count + more.Count > policy.MaxCount ? $"beyond maxCount {policy.MaxCount}"
                : bytes + more.Sum(b => b.Bytes) > policy.MaxTotalSize ? $"beyond maxTotalSize {policy.MaxTotalSize}"
                : null;
            if (full is not null && !isFloor)
            {
                verdicts[backup.Id].Drop(full);
                continue;
            }

            bytes += more.Sum(b => b.Bytes);
            staying.UnionWith(more.Select(b => b.Id));
        }
    }

    private sealed class Verdict
    {
        private List<string> reasons = [];

        public bool Kept { get; private set; }

        public void Keep(string reason)
        {
            if (!Kept)
            {
                reasons = [];
            }

            Kept = true;
            if (!reasons.Contains(reason))
            {
                reasons.Add(reason);
            }
        }

        public void Drop(string reason)
        {
            if (Kept || reasons.Count == 0)
            {
                reasons = [reason];
            }

            Kept = false;
        }

        public RetentionVerdict Of(StoredBackup backup) => new(backup, Kept, reasons);
    }
}
