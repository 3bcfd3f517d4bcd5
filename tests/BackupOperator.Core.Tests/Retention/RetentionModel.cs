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
        var floor = Math.Max(1, policy.MinCount);
        var parents = own.Concat(others).ToDictionary(b => b.Id, b => b.ParentId);
        var wanted = own.Where(b => Rank(b, own) < floor || (IsChosen(policy, b, own, zone) && IsYoung(policy, b, now))).ToList();
        var staying = wanted.Where(b => Rank(b, own) < floor || Fits(policy, b, wanted, own, parents)).Concat(own.Where(b => b.HeldBy is not null)).Concat(others).ToList();
        return own.Where(b => staying.Any(s => s.Id == b.Id || Needs(s.Id, b.Id, parents))).Select(b => b.Id).ToHashSet();
    }

    /// <summary>How many are newer.</summary>
    private static int Rank(StoredBackup backup, IReadOnlyCollection<StoredBackup> among) => among.Count(b => IsNewer(b, backup));

    private static bool IsNewer(StoredBackup a, StoredBackup b) => a.TakenAt != b.TakenAt ? a.TakenAt > b.TakenAt : string.CompareOrdinal(a.Id, b.Id) > 0;

    private static bool IsChosen(RetentionPolicy policy, StoredBackup backup, IReadOnlyCollection<StoredBackup> own, TimeZoneInfo zone)
    {
        if (policy is { KeepLast: null, KeepHourly: null, KeepDaily: null, KeepWeekly: null, KeepMonthly: null, KeepYearly: null })
        {
            return true;
        }

        return Rank(backup, own) < policy.KeepLast
            || IsChosenBy(policy.KeepHourly, t => Math.Floor((Local(t, zone) - DateTime.UnixEpoch).TotalHours) - (zone.GetUtcOffset(t).TotalHours / 1000))
            || IsChosenBy(policy.KeepDaily, t => Local(t, zone).Date.Ticks)
            || IsChosenBy(policy.KeepWeekly, t => MondayOf(Local(t, zone)).Ticks)
            || IsChosenBy(policy.KeepMonthly, t => (Local(t, zone).Year * 12) + Local(t, zone).Month)
            || IsChosenBy(policy.KeepYearly, t => Local(t, zone).Year);

        bool IsChosenBy(int? count, Func<DateTimeOffset, double> period) =>
            !own.Any(b => IsNewer(b, backup) && period(b.TakenAt) == period(backup.TakenAt))
            && own.Where(b => IsNewer(b, backup)).Select(b => period(b.TakenAt)).Distinct().Count() < count;
    }

    private static bool IsYoung(RetentionPolicy policy, StoredBackup backup, DateTimeOffset now) =>
        !(backup.ExpiresAt <= now) && !(now - backup.TakenAt > policy.MaxAge);

    /// <summary>All that are wanted from the newest to this one, with what they need, are within the limits; and so it is with each shorter list.</summary>
    private static bool Fits(RetentionPolicy policy, StoredBackup backup, List<StoredBackup> wanted, IReadOnlyCollection<StoredBackup> own, Dictionary<string, string?> parents)
    {
        var floor = Math.Max(1, policy.MinCount);
        return wanted.Where(w => w == backup || IsNewer(w, backup)).All(last =>
        {
            if (Rank(last, own) < floor)
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

    private static DateTime Local(DateTimeOffset time, TimeZoneInfo zone) => (time.ToUniversalTime() + zone.GetUtcOffset(time)).DateTime;

    private static DateTime MondayOf(DateTime day) => day.Date.AddDays(-(((int)day.DayOfWeek + 6) % 7));
}
