using System.Collections.Concurrent;
using BackupOperator.LocalCluster.ApiServer.Requests;

namespace BackupOperator.LocalCluster.ApiServer.Faults;

/// <summary>The watches that are running, so that they can be cut.</summary>
internal sealed class OpenWatches
{
    private readonly ConcurrentDictionary<OpenWatch, byte> open = new();

    public int Count => open.Count;

    public OpenWatch Add(RequestInfo info, CancellationToken aborted)
    {
        var watch = new OpenWatch(info, closed => open.TryRemove(closed, out _), aborted);
        open[watch] = 0;
        return watch;
    }

    /// <summary>Ends watches; with <paramref name="abort"/> the connection breaks instead of ending properly.</summary>
    public int End(Func<RequestInfo, bool> match, bool abort)
    {
        var hit = open.Keys.Where(watch => match(watch.Info)).ToList();
        hit.ForEach(watch => watch.End(abort));
        return hit.Count;
    }
}
