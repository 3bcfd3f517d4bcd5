using BackupOperator.LocalCluster.ApiServer.Requests;

namespace BackupOperator.LocalCluster.ApiServer.Faults;

/// <summary>One running watch.</summary>
internal sealed class OpenWatch(RequestInfo info, Action<OpenWatch> closed, CancellationToken aborted) : IDisposable
{
    private readonly CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(aborted);

    public RequestInfo Info { get; } = info;

    public CancellationToken Token => source.Token;

    /// <summary>Whether the connection is to break.</summary>
    public bool Cut { get; private set; }

    public void End(bool abort)
    {
        Cut = abort;
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself a moment ago.
        }
    }

    public void Dispose()
    {
        closed(this);
        source.Dispose();
    }
}
