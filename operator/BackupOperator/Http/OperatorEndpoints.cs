using BackupOperator.Health;
using BackupOperator.Metrics;
using BackupOperator.Metrics.Exposition;

namespace BackupOperator.Http;

/// <summary>The operator's port, from before the election until after the last reconcile.</summary>
internal sealed class OperatorEndpoints : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly MetricRegistry registry;
    private readonly Task serving;

    private OperatorEndpoints(HttpServer? server, MetricRegistry registry)
    {
        this.registry = registry;
        serving = server?.RunAsync(stop.Token) ?? Task.CompletedTask;
    }

    /// <param name="address">Null for no port at all.</param>
    public static OperatorEndpoints Start(BindAddress? address, OperatorMetrics metrics, HealthEndpoints health, TimeProvider time, ILoggerFactory loggers)
    {
        var measured = new MetricRegistry(metrics.Owns, loggers.CreateLogger<MetricRegistry>());
        var routes = new Dictionary<string, Func<HttpReply>>(StringComparer.Ordinal)
        {
            ["/healthz"] = health.Live,
            ["/readyz"] = health.Ready,
            ["/metrics"] = new MetricsEndpoint(measured, metrics, time).Get,
        };
        return new OperatorEndpoints(
            address is null ? null : new HttpServer(address, routes, new HttpLimits(), time, loggers.CreateLogger<HttpServer>()), measured);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await serving;
        stop.Dispose();
        registry.Dispose();
    }
}
