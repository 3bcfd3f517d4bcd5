using BackupOperator.Core.Queueing;

namespace BackupOperator.Core.Copies;

/// <summary>A backup whose copies are due or are being tried again.</summary>
/// <param name="Places">Each database with a storage that a copy of it is missing in.</param>
/// <param name="Since">When it became due.</param>
/// <param name="Active">An attempt is under way.</param>
/// <param name="Refused">The cluster does not take its Job: it takes no turn from others.</param>
public sealed record QueuedCopy(string Uid, string Name, IReadOnlyList<string> Places, DateTimeOffset Since, bool Active = false, bool Refused = false);

/// <summary>
/// Whose turn it is to try copies again: a few at once, because a storage that was away has made many of them; one for a
/// database and a storage; whoever waits the longest first, so that those that fail again and again starve nobody.
/// </summary>
public static class CopyQueue
{
    public static Admission Decide(string uid, IReadOnlyCollection<QueuedCopy> due, int mostAtOnce)
    {
        if (due.Any(c => c.Uid == uid && c.Active))
        {
            return Admission.Free;
        }

        var taken = due.Where(c => c.Active).ToList();
        var waiting = due.Where(c => c.Uid == uid || !(c.Active || c.Refused)).OrderBy(c => c.Since).ThenBy(c => c.Uid, StringComparer.Ordinal).ToList();
        for (var i = 0; i < waiting.Count; i++)
        {
            var (copy, mine) = (waiting[i], waiting[i].Uid == uid);
            if (taken.Find(t => t.Places.Intersect(copy.Places, StringComparer.Ordinal).Any()) is { } sharing)
            {
                if (mine)
                {
                    return new Admission(false, i + 1, $"MySqlBackup {sharing.Name} of the same database is copied to the same storage");
                }
            }
            else if (taken.Count >= mostAtOnce)
            {
                break;
            }
            else if (mine)
            {
                return Admission.Free;
            }
            else
            {
                taken.Add(copy);
            }
        }

        return new Admission(false, 1 + Math.Max(0, waiting.FindIndex(c => c.Uid == uid)), $"{mostAtOnce} attempts at copies are under way or come first");
    }
}
