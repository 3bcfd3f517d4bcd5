using BackupOperator.LocalCluster.ApiServer.Faults;
using BackupOperator.LocalCluster.ApiServer.Requests;

namespace BackupOperator.EndToEnd.Tests.Harness;

/// <summary>
/// Keeps a request to the API server from being handled, so that whoever has sent it can be killed at just this point.
/// When its connection is gone, it is never handled.
/// </summary>
internal sealed class RequestHold : IDisposable
{
    private readonly TestCluster _cluster;
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _over = new();
    private readonly FaultRule _rule;

    private RequestHold(TestCluster cluster, Func<RequestInfo, bool> which)
    {
        _cluster = cluster;
        _rule = cluster.Cluster.ApiServer.Faults.Add(which, new Fault { Hold = HoldAsync });
    }

    /// <param name="which">Called for each request, with locks held: it may look at the API server, and not ask it.</param>
    public static RequestHold Begin(TestCluster cluster, Func<RequestInfo, bool> which) => new(cluster, which);

    public Task ReachedAsync() => Eventually.HoldsAsync(
        "request to hold", () => Task.FromResult(_reached.Task.IsCompleted), TimeSpan.FromSeconds(60), _cluster.ExplainAsync);

    public void Dispose()
    {
        _rule.Dispose();
        _over.Cancel();
        _over.Dispose();
    }

    private async Task HoldAsync(RequestInfo request, CancellationToken cancellationToken)
    {
        _reached.TrySetResult();
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _over.Token);
        await Task.Delay(Timeout.Infinite, both.Token);
    }
}
