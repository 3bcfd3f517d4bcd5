using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Metrics;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Reconciliation;
using BackupOperator.LocalCluster.ApiServer.Faults;

namespace BackupOperator.Kubernetes.Tests.Metrics;

/// <summary>What the instruments of this library measure. Other tests run beside, so only what these do themselves is looked for.</summary>
public sealed class InstrumentTests : IDisposable
{
    private readonly ConcurrentDictionary<string, double> sums = new();
    private readonly MeterListener listener = new();

    public InstrumentTests()
    {
        listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == KubernetesMeter.Name)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
        listener.SetMeasurementEventCallback<int>((i, value, tags, _) => Add(i, value, tags));
        listener.SetMeasurementEventCallback<double>((i, _, tags, _) => Add(i, 1, tags));
        listener.Start();
    }

    public void Dispose() => listener.Dispose();

    [Fact]
    public async Task Reconciles_their_errors_and_every_try_of_a_request_are_counted()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var teapot = cluster.Server.Faults.Add(r => r.Resource == "widgets" && r.Verb == "patch", new() { Answer = (HttpStatusCode)418 }, times: 2);
        await cluster.CreateAsync("a");
        using var stop = new CancellationTokenSource();
        var host = new ControllerHost(cluster.Client, new() { Namespaces = ["shop"], Queue = new() { RetryDelay = TimeSpan.FromMilliseconds(10) } }).Add(new Metered(cluster.Client));
        var running = host.RunAsync(stop.Token);

        await TestCluster.EventuallyAsync(() => Sum("mysqlbackup_reconcile_duration_seconds controller=Metered") >= 3);

        Sum("mysqlbackup_reconcile_errors_total controller=Metered").ShouldBe(2);
        Sum("mysqlbackup_api_requests_total verb=patch code=418").ShouldBe(2);
        listener.RecordObservableInstruments();
        sums.Keys.ShouldContain("mysqlbackup_reconcile_queue_depth controller=Metered");
        sums.Keys.ShouldContain("mysqlbackup_leader");
        await stop.CancelAsync();
        await running;
    }

    private double Sum(string series) => sums.GetValueOrDefault(series);

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = string.Join(' ', [instrument.Name, .. tags.ToArray().Select(t => $"{t.Key}={t.Value}")]);
        sums.AddOrUpdate(series, value, (_, sum) => sum + value);
    }

    private sealed class Metered(IKubernetesClient client) : IEntityController<Widget>
    {
        public async Task<ReconciliationResult<Widget>> ReconcileAsync(Widget entity, CancellationToken cancellationToken)
        {
            var patch = KubernetesPatch.Merge(System.Text.Json.Nodes.JsonNode.Parse("""{"status":{"painted":"yes"}}""")!);
            return ReconciliationResult<Widget>.Success(await client.PatchAsync<Widget>(entity.Metadata.Name!, "shop", patch, "status", cancellationToken));
        }

        public Task<ReconciliationResult<Widget>> DeletedAsync(Widget entity, CancellationToken cancellationToken) =>
            Task.FromResult(ReconciliationResult<Widget>.Success(entity));
    }
}
