using BackupOperator.Core.Retention;

namespace BackupOperator.Core.Tests.Retention;

/// <summary>
/// Which backups stay, by the words of the documentation and without regard to cost: each question is asked anew of all
/// backups, and no set is built up on the way.
/// </summary>
internal static class RetentionModel
{
    public static IReadOnlySet<string> Kept(
        RetentionPolicy policy, IReadOnlyCollection<StoredBackup> own, IReadOnlyCollection<StoredBackup> others, TimeZoneInfo zone, DateTimeOffset now)
    {
        var future = own.Where(b => b.TakenAt - now > TimeSpan.FromMinutes(5)).ToList();
        if (future.Count > 0)
        {
            return Kept(policy, [.. own.Except(future)], [.. others, .. future], zone, now).Concat(future.Select(b => b.Id)).ToHashSet();
        }

        var floor = Math.Max(1, policy.MinCount);
        var parents = own.Concat(others).ToDictionary(b => b.Id, b => b.ParentId);
        var ranks = own.ToDictionary(b => b.Id, b => own.Count(other => IsNewer(other, b)));
        var periods = own.ToDictionary(b => b.Id, b => Periods.Of(b.TakenAt, zone));
        var wanted = own.Where(b => ranks[b.Id] < floor || (IsChosen(policy, b, own, periods, ranks) && IsYoung(policy, b, now))).ToList();
        var staying = wanted.Where(b => ranks[b.Id] < floor || Fits(policy, b, wanted, own, parents, ranks)).Concat(own.Where(b => b.HeldBy is not null)).Concat(others).ToList();
        return own.Where(b => staying.Any(s => s.Id == b.Id || Needs(s.Id, b.Id, parents))).Select(b => b.Id).ToHashSet();
    }

    private static bool IsNewer(StoredBackup a, StoredBackup b) => a.TakenAt != b.TakenAt ? a.TakenAt > b.TakenAt : string.CompareOrdinal(a.Id, b.Id) > 0;

    private static bool IsChosen(RetentionPolicy policy, StoredBackup backup, IReadOnlyCollection<StoredBackup> own, Dictionary<string, Periods> periods, Dictionary<string, int> ranks)
    {
        if (policy is { KeepLast: null, KeepHourly: null, KeepDaily: null, KeepWeekly: null, KeepMonthly: null, KeepYearly: null })
        {
            return true;
        }

        return ranks[backup.Id] < policy.KeepLast
            || IsChosenBy(policy.KeepHourly, p => p.Hour) || IsChosenBy(policy.KeepDaily, p => p.Day) || IsChosenBy(policy.KeepWeekly, p => p.Week)
            || IsChosenBy(policy.KeepMonthly, p => p.Month) || IsChosenBy(policy.KeepYearly, p => p.Year);

        bool IsChosenBy(int? count, Func<Periods, long> period) =>
            count is not null
            && !own.Any(b => IsNewer(b, backup) && period(periods[b.Id]) == period(periods[backup.Id]))
            && own.Where(b => IsNewer(b, backup)).Select(b => period(periods[b.Id])).Distinct().Count() < count;
    }

    private static bool IsYoung(RetentionPolicy policy, StoredBackup backup, DateTimeOffset now) =>
        !(backup.ExpiresAt <= now) && !(now - backup.TakenAt > policy.MaxAge);

    /// <summary>All that are wanted from the newest to this one, with what they need, are within the limits; and so it is with each shorter list.</summary>
    private static bool Fits(RetentionPolicy policy, StoredBackup backup, List<StoredBackup> wanted, IReadOnlyCollection<StoredBackup> own, Dictionary<string, string?> parents, Dictionary<string, int> ranks)
    {
        if (policy is { MaxCount: null, MaxTotalSize: null })
        {
            return true;
        }

        var floor = Math.Max(1, policy.MinCount);
        return wanted.Where(w => w == backup || IsNewer(w, backup)).All(last =>
        {
            if (ranks[last.Id] < floor)
            {
                return true;
            }

            var list = wanted.Where(w => w == last || IsNewer(w, last)).ToList();
            var all = own.Where(b => list.Any(l => l == b || Needs(l.Id, b.Id, parents))).ToList();
            return !(all.Count > policy.MaxCount) && !(all.Sum(b => b.Bytes) > policy.MaxTotalSize);
        });
    }

    private static bool Needs(string heir, string ancestor, Dictionary<string, string?> parents) =>
        parents.GetValueOrDefault(heir) is { } parent && parents.ContainsKey(parent) && (parent == ancestor || Needs(parent, ancestor, parents));

    /// <summary>Numbers of the hour, the day and so on.</summary>
    private sealed record Periods(long Hour, long Day, long Week, long Month, long Year)
    {
        public static Periods Of(DateTimeOffset time, TimeZoneInfo zone)
        {
            var local = (time.ToUniversalTime() + zone.GetUtcOffset(time)).DateTime;

            // No clock is changed within an hour of any zone that the tests use.
            return new Periods(time.UtcTicks / TimeSpan.TicksPerHour, local.Date.Ticks, MondayOf(local).Ticks, (local.Year * 12) + local.Month, local.Year);
        }

        private static DateTime MondayOf(DateTime day) => day.Date.AddDays(-(((int)day.DayOfWeek + 6) % 7));
    }
}
