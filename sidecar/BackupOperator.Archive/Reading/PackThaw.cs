using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Reading;

/// <summary>
/// Waits until all packs of a backup can be read, and asks for those that are in an archive class. It may die at any time
/// and begin anew: what was asked for is on its way.
/// </summary>
public sealed class PackThaw(ArchiveReader archive, TimeProvider time)
{
    /// <summary>Enough to restore the largest database, and another time.</summary>
    private const int Days = 7;

    private const int AtOnce = 16;

    /// <summary>AWS promises 12 hours for its coldest class, 48 in bulk.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(48);

    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);

    /// <param name="report">Is called when there is something to wait for, at each change, and once more when nothing is left.</param>
    /// <exception cref="StorageException">The store does not bring them back, or not in time.</exception>
    public async Task WaitAsync(Action<ThawProgress> report, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (archive.Store is not IColdStore store)
        {
            return;
        }

        var (since, all) = (time.GetUtcNow(), archive.Packs.Count);
        var waiting = archive.Packs.Select(pack => pack.Key).ToList();
        for (int? told = null; ; told = waiting.Count)
        {
            waiting = await LookAsync(store, waiting, cancellationToken);
            if (waiting.Count > 0 ? waiting.Count != told : told is not null)
            {
                report(new ThawProgress(all, all - waiting.Count, since));
            }

            if (waiting.Count == 0)
            {
                return;
            }

            if (time.GetUtcNow() - since > Timeout)
            {
                throw new StorageException(
                    StorageFailure.Archived,
                    $"After {Timeout.TotalHours:0} hours {waiting.Count} of {all} packs are still in an archive class, such as {archive.Store.Describe(waiting[0])}. Look at the store, and start the restore again.");
            }

            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    private static async Task<List<string>> LookAsync(IColdStore store, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        var waiting = new List<string>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(keys, parallel, async (key, token) =>
        {
            var state = await store.LookAsync(key, token);
            if (state == Readability.Archived)
            {
                await store.ThawAsync(key, Days, token);
            }

            if (state != Readability.Readable)
            {
                lock (waiting)
                {
                    waiting.Add(key);
                }
            }
        });
        waiting.Sort(StringComparer.Ordinal);
        return waiting;
    }
}

/// <param name="Packs">That the backup needs.</param>
/// <param name="Readable">So many of them.</param>
/// <param name="Since">When the waiting began.</param>
public sealed record ThawProgress(int Packs, int Readable, DateTimeOffset Since);
