using System.Runtime.CompilerServices;
using BackupOperator.LocalCluster.ApiServer.Registry;
using BackupOperator.LocalCluster.ApiServer.Storage;

namespace BackupOperator.LocalCluster.ApiServer.Watching;

/// <summary>Follows the changes of a kind (<c>meta/v1 WatchEvent</c>).</summary>
internal sealed class WatchStream(ObjectStore store, TimeProvider time, TimeSpan bookmarkInterval)
{
    /// <summary>Ends at the timeout, after an ERROR, or with the request.</summary>
    public async IAsyncEnumerable<WatchMessage> FollowAsync(ResourceDefinition definition, ListOptions options, [EnumeratorCancellation] CancellationToken aborted)
    {
        using var timeout = new CancellationTokenSource(options.Timeout ?? Timeout.InfiniteTimeSpan, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, aborted);
        var cursor = options.ResourceVersion ?? 0;
        var sendInitial = options.SendInitialEvents ?? cursor == 0;
        if (sendInitial || cursor == 0)
        {
            var (revision, objects) = store.Read(definition.StorageKind);
            if (cursor > revision)
            {
                yield return WatchMessage.Error(ApiErrors.ResourceVersionTooLarge(cursor, revision));
                yield break;
            }

            cursor = revision;
            if (sendInitial)
            {
                foreach (var item in objects.Values.Where(options.Matches))
                {
                    yield return WatchMessage.Of("ADDED", item);
                }
            }

            if (options.SendInitialEvents == true && options.AllowBookmarks)
            {
                yield return WatchMessage.Bookmark(definition, cursor, endsInitialEvents: true);
            }
        }

        var bookmarkAt = time.GetUtcNow() + bookmarkInterval;
        while (!ended.IsCancellationRequested)
        {
            if (store.ReadChanges(definition.StorageKind, cursor) is not { } changes)
            {
                yield return WatchMessage.Error(ApiErrors.TooOld(cursor, store.CompactedAt(definition.StorageKind)));
                yield break;
            }

            foreach (var change in changes.Events)
            {
                if (Translate(change, options) is { } message)
                {
                    yield return message;
                }
            }

            cursor = changes.Revision;
            if (options.AllowBookmarks && time.GetUtcNow() >= bookmarkAt)
            {
                yield return WatchMessage.Bookmark(definition, cursor, endsInitialEvents: false);
                bookmarkAt = time.GetUtcNow() + bookmarkInterval;
            }

            await WaitAsync(changes.Changed, bookmarkAt, ended.Token);
        }

        if (!aborted.IsCancellationRequested && options.AllowBookmarks)
        {
            // The last bookmark lets the client go on from here although nothing happened to its objects.
            yield return WatchMessage.Bookmark(definition, cursor, endsInitialEvents: false);
        }
    }

    private async Task WaitAsync(Task changed, DateTimeOffset bookmarkAt, CancellationToken ended)
    {
        try
        {
            var patience = bookmarkAt - time.GetUtcNow();
            await changed.WaitAsync(patience > TimeSpan.Zero ? patience : TimeSpan.FromMilliseconds(1), time, ended);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            // The loop looks at the time and at the token.
        }
    }

    /// <summary>What a change means to one who sees only what the selectors match: leaving the selection is a deletion.</summary>
    private static WatchMessage? Translate(StoreEvent change, ListOptions options)
    {
        var before = change.Previous is { } previous && options.Matches(previous);
        var after = change.Type != StoreEventType.Deleted && options.Matches(change.Object);
        return (before, after) switch
        {
            (false, true) => WatchMessage.Of("ADDED", change.Object),
            (true, true) => WatchMessage.Of("MODIFIED", change.Object),
            (true, false) => WatchMessage.Of("DELETED", change.Type == StoreEventType.Deleted ? change.Object : AsOf(change.Previous!, change.Revision)),
            _ => null,
        };
    }

    private static StoredObject AsOf(StoredObject previous, long revision)
    {
        var body = previous.Copy();
        body.Child("metadata")["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture);
        return new StoredObject(previous.Kind, previous.Namespace, previous.Name, revision, body);
    }
}
