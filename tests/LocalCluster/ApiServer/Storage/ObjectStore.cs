using System.Collections.Immutable;

namespace BackupOperator.LocalCluster.ApiServer.Storage;

/// <summary>
/// Objects in memory under one revision counter, as etcd keeps them: every write is a compare-and-swap,
/// and a bounded number of changes stays readable for watches and for lists at a revision.
/// </summary>
internal sealed class ObjectStore(int historyLimit)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, KindStorage> kinds = new(StringComparer.Ordinal);
    private TaskCompletionSource changed = NewSignal();
    private long revision = 1;

    public long Revision
    {
        get
        {
            lock (gate)
            {
                return revision;
            }
        }
    }

    public StoredObject? Get(string kind, string @namespace, string name)
    {
        lock (gate)
        {
            return KindOf(kind).Objects.GetValueOrDefault(StoredObject.KeyOf(@namespace, name));
        }
    }

    /// <summary>All objects of a kind, in the order of their keys, and the revision at which this is true.</summary>
    public (long Revision, ImmutableSortedDictionary<string, StoredObject> Objects) Read(string kind)
    {
        lock (gate)
        {
            return (revision, KindOf(kind).Objects);
        }
    }

    /// <summary>The objects at an earlier revision.</summary>
    /// <returns>Null where that revision is forgotten.</returns>
    public ImmutableSortedDictionary<string, StoredObject>? ReadAt(string kind, long at)
    {
        lock (gate)
        {
            var storage = KindOf(kind);
            return at < storage.CompactedAt ? null : storage.At(at);
        }
    }

    /// <summary>Adds an object; the body belongs to the store from here on.</summary>
    /// <returns>Null where the name is taken.</returns>
    public StoredObject? Add(string kind, string @namespace, string name, JsonObject body)
    {
        lock (gate)
        {
            var storage = KindOf(kind);
            return storage.Objects.ContainsKey(StoredObject.KeyOf(@namespace, name))
                ? null
                : Commit(storage, StoreEventType.Added, kind, @namespace, name, body, null);
        }
    }

    /// <summary>Replaces an object.</summary>
    /// <returns>Null where it is no longer the expected one.</returns>
    public StoredObject? Replace(StoredObject expected, JsonObject body)
    {
        lock (gate)
        {
            var storage = KindOf(expected.Kind);
            return storage.Objects.GetValueOrDefault(expected.Key) == expected
                ? Commit(storage, StoreEventType.Modified, expected.Kind, expected.Namespace, expected.Name, body, expected)
                : null;
        }
    }

    /// <summary>Removes an object; <paramref name="body"/> is what watchers see of it last.</summary>
    /// <returns>Null where it is no longer the expected one.</returns>
    public StoredObject? Remove(StoredObject expected, JsonObject body)
    {
        lock (gate)
        {
            var storage = KindOf(expected.Kind);
            return storage.Objects.GetValueOrDefault(expected.Key) == expected
                ? Commit(storage, StoreEventType.Deleted, expected.Kind, expected.Namespace, expected.Name, body, expected)
                : null;
        }
    }

    /// <summary>The changes of a kind after a revision, the revision up to which they are complete, and what tells of the next change.</summary>
    /// <returns>Null where changes after that revision are forgotten.</returns>
    public (long Revision, IReadOnlyList<StoreEvent> Events, Task Changed)? ReadChanges(string kind, long after)
    {
        lock (gate)
        {
            var storage = KindOf(kind);
            return after < storage.CompactedAt ? null : (Math.Max(after, revision), storage.After(after), changed.Task);
        }
    }

    /// <summary>Completes at the next change of anything.</summary>
    public Task NextChange()
    {
        lock (gate)
        {
            return changed.Task;
        }
    }

    /// <summary>The oldest revision from which the changes of a kind can still be read.</summary>
    public long CompactedAt(string kind)
    {
        lock (gate)
        {
            return KindOf(kind).CompactedAt;
        }
    }

    /// <summary>Forgets the changes up to now, as etcd's compaction does.</summary>
    public void Compact()
    {
        lock (gate)
        {
            foreach (var storage in kinds.Values)
            {
                storage.Compact(revision);
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private StoredObject Commit(KindStorage storage, StoreEventType type, string kind, string @namespace, string name, JsonObject body, StoredObject? previous)
    {
        revision++;
        body.Child("metadata")["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture);
        var stored = new StoredObject(kind, @namespace, name, revision, JsonNodes.CopySorted(body));
        storage.Apply(new StoreEvent(type, revision, stored, previous));
        changed.TrySetResult();
        changed = NewSignal();
        return stored;
    }

    private KindStorage KindOf(string kind)
    {
        if (!kinds.TryGetValue(kind, out var storage))
        {
            storage = new KindStorage(historyLimit);
            kinds.Add(kind, storage);
        }

        return storage;
    }
}
