using BackupOperator.Kubernetes.Reconciliation;

namespace BackupOperator.Kubernetes.Tests.Reconciliation;

/// <summary>Widgets in a cluster, and a host that runs one controller for them until the test ends.</summary>
public abstract class ControllerScene : IAsyncLifetime
{
    private protected TestCluster Cluster { get; private set; } = null!;

    private protected Painter Painter { get; } = new();

    private protected CancellationTokenSource Stop { get; } = new();

    private protected Task Running { get; set; } = Task.CompletedTask;

    public async ValueTask InitializeAsync() => Cluster = await TestCluster.StartAsync();

    public async ValueTask DisposeAsync()
    {
        Painter.Gate.TrySetResult();
        await Stop.CancelAsync();
        await Running;
        await Cluster.DisposeAsync();
        Stop.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected ControllerHost Start(Action<ControllerBuilder<Widget>>? configure = null, Func<ControllerOptions, ControllerOptions>? options = null)
    {
        var basic = new ControllerOptions
        {
            Namespaces = ["shop"],
            Queue = new() { RetryDelay = TimeSpan.FromMilliseconds(10), MaxRetryDelay = TimeSpan.FromMilliseconds(50) },
            Informer = new() { RetryDelay = TimeSpan.FromMilliseconds(10), MaxRetryDelay = TimeSpan.FromMilliseconds(50) },
        };
        var host = new ControllerHost(Cluster.Client, options?.Invoke(basic) ?? basic).Add(Painter, configure);
        Running = host.RunAsync(Stop.Token);
        return host;
    }

    private protected async Task SeenAsync(string expected)
    {
        try
        {
            await TestCluster.EventuallyAsync(() => Painter.Seen.Contains(expected));
        }
        catch (OperationCanceledException)
        {
            Painter.Seen.ShouldContain(expected);
        }
    }
}
