using System.Collections.Immutable;

namespace BackupOperator.LocalCluster.ApiServer.Storage;

/// <summary>All objects of one kind, and its latest changes with the state after each of them. Guarded by the store's lock.</summary>
internal sealed class KindStorage(int historyLimit)
{
    private readonly List<(StoreEvent Event, ImmutableSortedDictionary<string, StoredObject> After)> history = [];
    private ImmutableSortedDictionary<string, StoredObject> beforeHistory = ImmutableSortedDictionary.Create<string, StoredObject>(StringComparer.Ordinal);

    public ImmutableSortedDictionary<string, StoredObject> Objects { get; private set; } =
        ImmutableSortedDictionary.Create<string, StoredObject>(StringComparer.Ordinal);

    /// <summary>Changes up to and including this revision are forgotten.</summary>
    public long CompactedAt { get; private set; }

    public void Apply(StoreEvent change)
    {
        Objects = change.Type == StoreEventType.Deleted
            ? Objects.Remove(change.Object.Key)
            : Objects.SetItem(change.Object.Key, change.Object);
        history.Add((change, Objects));
        if (history.Count > historyLimit)
        {
            Forget(history.Count - (historyLimit / 2));
        }
    }

    public void Compact(long revision)
    {
        Forget(history.FindLastIndex(entry => entry.Event.Revision <= revision) + 1);
        CompactedAt = Math.Max(CompactedAt, revision);
    }

    /// <summary>The changes after a revision, oldest first.</summary>
    public IReadOnlyList<StoreEvent> After(long revision)
    {
        var start = history.Count;
        while (start > 0 && history[start - 1].Event.Revision > revision)
        {
            start--;
        }

        return history.Count == start ? [] : [.. history.Skip(start).Select(entry => entry.Event)];
    }

    /// <summary>The objects as they were at a revision that is not forgotten.</summary>
    public ImmutableSortedDictionary<string, StoredObject> At(long revision)
    {
        for (var index = history.Count - 1; index >= 0; index--)
        {
            if (history[index].Event.Revision <= revision)
            {
                return history[index].After;
            }
        }

        return beforeHistory;
    }

    private void Forget(int count)
    {
        if (count <= 0)
        {
            return;
        }

        beforeHistory = history[count - 1].After;
        CompactedAt = history[count - 1].Event.Revision;
        history.RemoveRange(0, count);
    }
}
