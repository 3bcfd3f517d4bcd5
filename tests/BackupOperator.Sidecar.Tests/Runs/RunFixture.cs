using System.Text.Json.Nodes;
using BackupOperator.Api.Entities;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Configuration;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Serialization;
using BackupOperator.LocalCluster.ApiServer;
using BackupOperator.Sidecar.Reporting;
using BackupOperator.Sidecar.Runs;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupOperator.Sidecar.Tests.Runs;

/// <summary>An API server with one StatefulSet, the resource of a run, a data directory and a storage: all that a sidecar meets.</summary>
internal sealed class RunFixture : IAsyncDisposable
{
    public const string Namespace = "default";
    public const string StatefulSet = "db";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("run-");
    private readonly Database _database = new();
    private readonly int _replicas;
    private readonly string _kind;

    private RunFixture(LocalApiServer server, string kind, int replicas)
    {
        (Server, _kind, _replicas) = (server, kind, replicas);
        Kubernetes = Client(new KubernetesClientOptions());
        Target = new TargetSimulator(Kubernetes, Namespace, StatefulSet, _database.Start, _database.Stop);
        DataDirectory = _folder.CreateSubdirectory("data").FullName;
        TerminationLog = Path.Combine(_folder.FullName, "termination-log");
        File.WriteAllText(TerminationLog, "");
        Directory.CreateDirectory(Path.Combine(DataDirectory, "mysql"));
        File.WriteAllText(Path.Combine(DataDirectory, "ibdata1"), "old");
        File.WriteAllText(Path.Combine(DataDirectory, "mysql", "user.frm"), "old");
    }

    public LocalApiServer Server { get; }

    public KubernetesClient Kubernetes { get; }

    public TargetSimulator Target { get; }

    public FakeArchive Archive { get; } = new();

    public string DataDirectory { get; }

    public string TerminationLog { get; }

    public bool DatabaseRuns => _database.IsRunning;

    public int DatabaseStarts => _database.Starts;

    public string Uid { get; private set; } = "";

    public string StatefulSetUid { get; private set; } = "";

    public TimeSpan QuiesceTimeout { get; set; } = TimeSpan.FromSeconds(20);

    public TimeSpan ResumeTimeout { get; set; } = TimeSpan.FromSeconds(20);

    public TimeSpan MaxDowntime { get; set; } = TimeSpan.FromSeconds(30);

    public TimeSpan LockPatience { get; set; } = TimeSpan.FromMilliseconds(300);

    public TimeSpan CopyPatience { get; set; } = TimeSpan.FromMinutes(10);

    public bool CheckUser { get; set; }

    public bool ExclusiveClaim { get; set; }

    public string? SpentMark { get; set; }

    public bool IsEmergency { get; set; }

    public string MySqlCredentials { get; set; } = RunPaths.MySqlCredentials;

    /// <summary>Makes another target of the usual one.</summary>
    public Func<RunTarget, RunTarget> Aim { get; set; } = target => target;

    public RunRestore Restore { get; set; } = new();

    public IReadOnlyList<RunCopy> Copies { get; set; } = [];

    public static async Task<RunFixture> StartAsync(string kind = MySqlBackup.KindName, int replicas = 1, bool fitToStart = true, bool readinessProbe = false)
    {
        var server = await LocalApiServer.StartAsync();
        var fixture = new RunFixture(server, kind, replicas);
        fixture.Target.NeverStarts = !fitToStart;
        fixture.Target.HasReadinessProbe = readinessProbe;
        await fixture.InstallAsync();
        return fixture;
    }

    public Task<ExitCode> RunAsync(string pod = "sidecar-1", RunKind? runKind = null, CancellationToken cancellationToken = default)
    {
        var kind = runKind ?? (_kind == MySqlBackup.KindName ? RunKind.Backup : RunKind.Restore);
        var spec = RunSpec.Parse(Spec(kind).ToJson());
        var settings = new RunSettings
        {
            PodName = pod,
            Volume = DataDirectory,
            TerminationLog = TerminationLog,
            PollInterval = TimeSpan.FromMilliseconds(30),
            LockPatience = LockPatience,
            CopyPatience = CopyPatience,
            MySqlCredentials = MySqlCredentials,
            ReplicaPatience = TimeSpan.FromMilliseconds(100),
        };
        var client = Client(new KubernetesClientOptions { MaxAttempts = 1, RequestTimeout = TimeSpan.FromSeconds(5) });
        var executor = new RunExecutor(spec, settings, client, Archive, TimeProvider.System, new Random(1), NullLoggerFactory.Instance);
        return Task.Run(() => executor.ExecuteAsync(cancellationToken), CancellationToken.None);
    }

    public async Task<V1StatefulSet> StatefulSetAsync() => (await Kubernetes.GetAsync<V1StatefulSet>(StatefulSet, Namespace))!;

    public async Task<QuiesceMark?> MarkAsync() => QuiesceMark.Parse((await StatefulSetAsync()).Annotation(QuiesceMark.Annotation));

    public async Task<RunReport> ReportAsync() => _kind == MySqlBackup.KindName
        ? (await Kubernetes.GetAsync<MySqlBackup>("run", Namespace))!.Status.Report!
        : (await Kubernetes.GetAsync<MySqlRestore>("run", Namespace))!.Status.Report!;

    /// <summary>The report as an attempt has left it that died.</summary>
    public Task LeaveReportAsync(RunReport report)
    {
        var resource = new RunResource(Kubernetes, Spec(_kind == MySqlBackup.KindName ? RunKind.Backup : RunKind.Restore));
        var fields = new Dictionary<string, JsonNode> { ["/report"] = System.Text.Json.JsonSerializer.SerializeToNode(report, KubernetesJson.Options)! };
        return resource.SetStatusAsync(fields, CancellationToken.None);
    }

    public async Task<bool> HasReportAsync() => (await Kubernetes.GetAsync<MySqlBackup>("run", Namespace))!.Status?.Report is not null;

    /// <summary>chown(1); needs root.</summary>
    public static void ChangeOwner(string path, int user, int group)
    {
        using var process = System.Diagnostics.Process.Start("chown", [$"{user}:{group}", path]);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0);
    }

    public Task PatchTargetAsync(JsonObject patch) => Kubernetes.PatchAsync<V1StatefulSet>(StatefulSet, Namespace, KubernetesPatch.Merge(patch));

    public Task PatchStatusAsync(JsonObject patch) => Kubernetes.PatchAsync<V1StatefulSet>(StatefulSet, Namespace, KubernetesPatch.Merge(patch), "status");

    public async Task WaitForCallAsync(string call)
    {
        for (var i = 0; i < 500 && !Archive.Calls.Contains(call); i++)
        {
            await Task.Delay(20);
        }

        Archive.Calls.ShouldContain(call);
    }

    public Task ScaleAsync(int replicas) => PatchTargetAsync(new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } });

    /// <summary>The StatefulSet as an attempt has left it that died while MySQL was stopped.</summary>
    public Task LeaveStoppedAsync(DateTimeOffset since, bool swapping = false, int replicas = 0, string? run = null) => PatchTargetAsync(new JsonObject
    {
        ["metadata"] = new JsonObject
        {
            ["annotations"] = new JsonObject
            {
                [QuiesceMark.Annotation] = new QuiesceMark
                {
                    Run = run ?? Uid,
                    Kind = _kind,
                    Name = "run",
                    Pod = "sidecar-0",
                    Replicas = Math.Max(_replicas, 1),
                    Since = since,
                    Deadline = since.AddMinutes(5),
                    Swapping = swapping,
                }.ToAnnotation(),
            },
        },
        ["spec"] = new JsonObject { ["replicas"] = replicas },
    });

    public async Task WaitForDatabaseAsync(bool running)
    {
        for (var i = 0; i < 500 && DatabaseRuns != running; i++)
        {
            await Task.Delay(20);
        }

        DatabaseRuns.ShouldBe(running);
    }

    public async Task WaitForReplicasAsync(int replicas)
    {
        for (var i = 0; i < 500 && (await StatefulSetAsync()).Spec!.Replicas != replicas; i++)
        {
            await Task.Delay(20);
        }

        (await StatefulSetAsync()).Spec!.Replicas.ShouldBe(replicas);
    }

    public async Task ShouldServeAgainAsync()
    {
        var set = await StatefulSetAsync();
        set.Spec!.Replicas.ShouldBe(_replicas);
        set.Annotation(QuiesceMark.Annotation).ShouldBeNull();
        DatabaseRuns.ShouldBe(_replicas > 0);
    }

    public async ValueTask DisposeAsync()
    {
        await Target.DisposeAsync();
        _database.Dispose();
        Kubernetes.Dispose();
        await Server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private KubernetesClient Client(KubernetesClientOptions options) =>
        new(KubernetesClientConfiguration.BuildConfigFromConfigFile(Server.KubeconfigPath), options);

    private async Task InstallAsync()
    {
        var plural = _kind == MySqlBackup.KindName ? "mysqlbackups" : "mysqlrestores";
        await Kubernetes.CreateAsync(Definition(_kind, plural));
        var set = await Kubernetes.CreateAsync(new V1StatefulSet
        {
            Metadata = new V1ObjectMeta { Name = StatefulSet, Namespace = Namespace },
            Spec = new V1StatefulSetSpec
            {
                Replicas = _replicas,
                ServiceName = StatefulSet,
                Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "db" } },
                Template = new V1PodTemplateSpec
                {
                    Metadata = new V1ObjectMeta { Labels = new Dictionary<string, string> { ["app"] = "db" } },
                    Spec = new V1PodSpec { Containers = [new V1Container { Name = "db", Image = "db" }] },
                },
            },
        });
        StatefulSetUid = set.Metadata.Uid!;
        Uid = await CreateResourceAsync();
        Target.Run();
        await WaitForPodAsync();
        await WaitForDatabaseAsync(_replicas > 0 && Target.FitToStart());
    }

    private async Task WaitForPodAsync()
    {
        for (var i = 0; i < 500 && _replicas > 0 && await Kubernetes.GetAsync<V1Pod>($"{StatefulSet}-0", Namespace) is null; i++)
        {
            await Task.Delay(20);
        }
    }

    private async Task<string> CreateResourceAsync()
    {
        var metadata = new V1ObjectMeta { Name = "run", Namespace = Namespace };
        for (var i = 0; ; i++)
        {
            try
            {
                return _kind == MySqlBackup.KindName
                    ? (await Kubernetes.CreateAsync(new MySqlBackup { Metadata = metadata })).Metadata.Uid!
                    : (await Kubernetes.CreateAsync(new MySqlRestore { Metadata = metadata })).Metadata.Uid!;
            }
            catch (KubernetesApiException unknown) when (unknown.IsNotFound && i < 200)
            {
                // The definition is being installed.
                await Task.Delay(20);
            }
        }
    }

    public RunSpec Spec(RunKind kind) => new()
    {
        Kind = kind,
        ResourceKind = _kind,
        Namespace = Namespace,
        Name = "run",
        Uid = Uid,
        Path = "path",
        Storage = new RunStorage(),
        Copies = Copies,
        CheckUser = CheckUser,
        IsEmergency = IsEmergency,
        Backup = kind == RunKind.Backup ? new RunBackup { BackupId = "backup-1" } : null,
        Restore = kind == RunKind.Backup ? null : Restore,
        Target = Aim(new RunTarget
        {
            StatefulSet = StatefulSet,
            StatefulSetUid = StatefulSetUid,
            Replicas = _replicas,
            Ordinal = 0,
            Pod = $"{StatefulSet}-0",
            Claim = "data-db-0",
            ServerDataDirectory = "/var/lib/mysql",
            Port = _database.Port,
            ExclusiveClaim = ExclusiveClaim,
            SpentMark = SpentMark,
            MaxDowntime = MaxDowntime,
            QuiesceTimeout = QuiesceTimeout,
            ResumeTimeout = ResumeTimeout,
        }),
    };

    private static V1CustomResourceDefinition Definition(string kind, string plural) => new()
    {
        Metadata = new V1ObjectMeta { Name = $"{plural}.mysqlbackup.io" },
        Spec = new JsonObject
        {
            ["group"] = "mysqlbackup.io",
            ["scope"] = "Namespaced",
            ["names"] = new JsonObject { ["kind"] = kind, ["listKind"] = kind + "List", ["plural"] = plural, ["singular"] = kind.ToLowerInvariant() },
            ["versions"] = new JsonArray(new JsonObject
            {
                ["name"] = "v1alpha1",
                ["served"] = true,
                ["storage"] = true,
                ["subresources"] = new JsonObject { ["status"] = new JsonObject() },
                ["schema"] = new JsonObject
                {
                    ["openAPIV3Schema"] = new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true },
                },
            }),
        },
    };
}
