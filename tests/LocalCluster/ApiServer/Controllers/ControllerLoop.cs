using BackupOperator.LocalCluster.ApiServer.Storage;

namespace BackupOperator.LocalCluster.ApiServer.Controllers;

/// <summary>Runs the cluster's own controllers after every change.</summary>
internal sealed class ControllerLoop(ObjectStore store, IReadOnlyList<Action> controllers) : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;

    /// <summary>What went wrong last; a test may look at it.</summary>
    public Exception? LastError { get; private set; }

    public void Start() => running = Task.Run(RunAsync);

    /// <summary>Lets every controller look at the present state once.</summary>
    public void RunOnce()
    {
        foreach (var reconcile in controllers)
        {
            try
            {
                reconcile();
            }
            catch (Exception error)
            {
                LastError = error;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            var before = store.Revision;
            var changed = store.NextChange();
            RunOnce();
            if (store.Revision != before)
            {
                continue;
            }

            try
            {
                await changed.WaitAsync(stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
