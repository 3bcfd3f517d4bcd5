using System.Text.Json.Nodes;
using BackupOperator.Commands;
using BackupOperator.Kubernetes.Configuration;
using BackupOperator.Kubernetes.Crds;
using BackupOperator.Kubernetes.Events;
using BackupOperator.Kubernetes.Serialization;
using BackupOperator.LocalCluster.ApiServer;
using BackupOperator.Metrics;
using BackupOperator.Options;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupOperator.Tests.Scripted;

/// <summary>
/// A real API over HTTP with the operator at work on it; StatefulSets are played, and Jobs and sidecars are played by the
/// tests themselves.
/// </summary>
internal sealed class ScriptedCluster : IAsyncDisposable
{
    private readonly LocalApiServer server;
    private CancellationTokenSource? running;
    private Task operatorTask = Task.CompletedTask;

    private ScriptedCluster(LocalApiServer server)
    {
        this.server = server;
        Client = NewClient();
        Sets = new StatefulSetPlayer(Client);
    }

    public KubernetesClient Client { get; }

    public StatefulSetPlayer Sets { get; }

    public LocalApiServer Server => server;

    public FakeServer Database { get; } = new();

    /// <summary>Of the operator that runs now.</summary>
    public OperatorMetrics Metrics { get; private set; } = new(TimeProvider.System);

    public RecordingNotifier Notified { get; } = new();

    public OperatorOptions Options { get; set; } = new() { SidecarImage = "sidecar:test" };

    public static async Task<ScriptedCluster> StartAsync(int replicas = 1, bool startOperator = true)
    {
        var cluster = new ScriptedCluster(await LocalApiServer.StartAsync(new ApiServerOptions { Namespaces = [Samples.Namespace] }));
        foreach (var crd in new[] { CrdGenerator.Generate<MySqlBackup>(), CrdGenerator.Generate<MySqlRestore>(), CrdGenerator.Generate<MySqlBackupSchedule>() })
        {
            await cluster.Client.CreateAsync(KubernetesJson.FromNode<V1CustomResourceDefinition>(crd)!);
        }

        await Eventually.GetAsync(
            async () => (await cluster.Client.GetRawAsync("/apis/mysqlbackup.io/v1alpha1"))?.AsObject(), d => d["resources"]!.AsArray().Count >= 6, "the new kinds");
        await cluster.CreateClaimAsync("backups");
        await cluster.CreateClaimAsync("data-db-0");
        var set = Samples.StatefulSet(replicas);
        set.Metadata.Uid = null;
        await cluster.Client.CreateAsync(set);
        await cluster.DatabaseRunsAsync();
        if (startOperator)
        {
            cluster.StartOperator();
        }

        return cluster;
    }

    public void StartOperator(Func<IKubernetesClient, IKubernetesClient>? wrap = null)
    {
        running = new CancellationTokenSource();
        var token = running.Token;
        Metrics.Dispose();
        Metrics = new OperatorMetrics(TimeProvider.System);
        operatorTask = Task.Run(async () =>
        {
            using var real = NewClient();
            var client = wrap?.Invoke(real) ?? real;
            await using var events = new EventPublisher(client, "backup-operator", "test");
            using var loggers = LoggerFactory.Create(logging => logging.AddProvider(new TestOutputLogger()).SetMinimumLevel(LogLevel.Information));
            var composition = new Composition(client, Options, Database, events, Notified, TimeProvider.System, loggers, Metrics);
            await composition.Build().RunAsync(token);
        });
    }

    /// <summary>As a process that is gone from one moment to the next, as far as that can be had in one process.</summary>
    public async Task StopOperatorAsync()
    {
        if (running is not null)
        {
            await running.CancelAsync();
            await operatorTask;
            running.Dispose();
            running = null;
        }
    }

    public Task<V1StatefulSet> SetAsync() => RequiredAsync(Client.GetAsync<V1StatefulSet>("db", Samples.Namespace));

    public async Task<T> ApplyAsync<T>(T entity)
        where T : class, IKubernetesObject => await Client.CreateAsync(entity);

    public Task<MySqlBackup> BackupAsync(string name, Func<MySqlBackup, bool> holds, string what) =>
        Eventually.GetAsync(() => Client.GetAsync<MySqlBackup>(name, Samples.Namespace), holds, what);

    public Task<MySqlBackupSchedule> ScheduleAsync(string name, Func<MySqlBackupSchedule, bool> holds, string what) =>
        Eventually.GetAsync(() => Client.GetAsync<MySqlBackupSchedule>(name, Samples.Namespace), holds, what);

    public Task<MySqlRestore> RestoreAsync(string name, Func<MySqlRestore, bool> holds, string what) =>
        Eventually.GetAsync(() => Client.GetAsync<MySqlRestore>(name, Samples.Namespace), holds, what);

    /// <summary>Waits for the run's Job, and plays the first pod of it.</summary>
    public async Task<FakeSidecar> SidecarAsync(IRunEntity entity, JobPurpose purpose = JobPurpose.Run, bool starts = true, string? node = null)
    {
        var name = BackupOperator.Runs.RunActions.JobName(entity, purpose);
        var job = await Eventually.GetAsync(() => Client.GetAsync<V1Job>(name, Samples.Namespace), _ => true, $"Job {name}");
        return await FakeSidecar.StartAsync(Client, job, attempt: 1, starts, node);
    }

    /// <summary>Makes the next attempt at the copies of a backup due: the status is all that the operator remembers of it.</summary>
    public async Task DueAsync(MySqlBackup backup)
    {
        var copies = backup.Status.Copies!.Select(c => new CopyStatus
        {
            Location = c.Location,
            Complete = c.Complete,
            Attempts = c.Attempts,
            Message = c.Message,
            NextAttemptTime = c.NextAttemptTime?.AddHours(-2),
        });
        var status = KubernetesJson.ToNode(new MySqlBackupStatus { Copies = [.. copies] });
        await Client.PatchAsync<MySqlBackup>(
            backup.Metadata.Name!, Samples.Namespace,
            KubernetesPatch.Merge(new JsonObject { ["status"] = new JsonObject { ["copies"] = status["copies"]!.DeepClone() } }), "status");
    }

    /// <summary>Makes the next attempt due, waits for its Job, and plays the first pod of it.</summary>
    public async Task<FakeSidecar> CopyAsync(MySqlBackup backup)
    {
        await DueAsync(backup);
        return await SidecarAsync(backup, JobPurpose.Copy);
    }

    /// <summary>Waits for an event about an object.</summary>
    public async Task<V1Event> EventAsync(IKubernetesObject about, string reason) => await Eventually.GetAsync(
        async () => (await Client.ListAsync<V1Event>(Samples.Namespace)).Items.FirstOrDefault(e => e.Reason == reason && e.InvolvedObject?.Uid == about.Metadata.Uid),
        _ => true,
        $"event {reason}");

    public async Task DatabaseRunsAsync() => await Eventually.GetAsync(
        () => Client.GetAsync<V1StatefulSet>("db", Samples.Namespace),
        s => s.Spec!.Replicas > 0 && s.Annotation(QuiesceMark.Annotation) is null && s.Status?.ObservedGeneration == s.Metadata.Generation,
        "the database runs and carries no mark");

    public async Task GoneAsync<T>(string name, string what)
        where T : class, IKubernetesObject =>
        await Eventually.GetAsync(async () => await Client.GetAsync<T>(name, Samples.Namespace) is null ? "gone" : null, _ => true, what);

    public async Task PatchAsync<T>(string name, JsonObject body)
        where T : class, IKubernetesObject => await Client.PatchAsync<T>(name, Samples.Namespace, KubernetesPatch.Merge(body));

    public Task CreateClaimAsync(string name) => Client.CreateAsync(new V1PersistentVolumeClaim
    {
        Metadata = new V1ObjectMeta { Name = name, Namespace = Samples.Namespace },
        Spec = new V1PersistentVolumeClaimSpec
        {
            AccessModes = ["ReadWriteOnce"],
            Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["storage"] = "1Gi" } },
        },
    });

    public async ValueTask DisposeAsync()
    {
        await StopOperatorAsync();
        Metrics.Dispose();
        await Sets.DisposeAsync();
        Client.Dispose();
        await server.DisposeAsync();
    }

    private KubernetesClient NewClient() => new(KubernetesClientConfiguration.BuildConfigFromConfigFile(server.KubeconfigPath));

    private static async Task<T> RequiredAsync<T>(Task<T?> read)
        where T : class => await read ?? throw new InvalidOperationException($"{typeof(T).Name} is gone");
}
