using BackupOperator.Api.Entities;
using BackupOperator.LocalCluster;
using BackupOperator.LocalCluster.Images;
using BackupOperator.TestSupport.Programs;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.EndToEnd.Tests.Harness;

/// <summary>A cluster with the operator in it, and an S3 gateway on demand; one for all tests of a class.</summary>
public sealed class TestCluster : IAsyncLifetime
{
    private const string SidecarImage = "mysql-backup-sidecar:test";
    private readonly SemaphoreSlim _gate = new(1);
    private Cluster? _cluster;
    private OperatorProcess? _operator;
    private RealRgw? _rgw;
    private int _names;

    internal Cluster Cluster => _cluster ?? throw new InvalidOperationException("The cluster is not up.");

    internal IKubernetesClient Client => Cluster.Client;

    internal OperatorProcess Operator => _operator ?? throw new InvalidOperationException("The operator is not up.");

    public async ValueTask InitializeAsync() => await StartAsync();

    /// <summary>The cluster is lost with all that it had, and a new one is there: its API server is empty, its operator has seen nothing.</summary>
    internal async Task LoseAsync()
    {
        await Operator.DisposeAsync();
        await Cluster.DisposeAsync();
        await StartAsync();
    }

    private async Task StartAsync()
    {
        _cluster = await Cluster.StartAsync(new ClusterOptions
        {
            Images = new Dictionary<string, ContainerImage>
            {
                [SidecarImage] = StandardImages.DotNet(BuiltProgram.Sidecar),
            },
        });
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "crds"), "*.yaml").Order(StringComparer.Ordinal))
        {
            await _cluster.ApplyAsync(await File.ReadAllTextAsync(file));
        }

        _operator = new OperatorProcess(_cluster.KubeconfigPath, SidecarImage);
        _operator.Start();
    }

    /// <summary>One of several operators, which has not been started.</summary>
    internal OperatorProcess Replica(string name) => new(Cluster.KubeconfigPath, SidecarImage, name);

    public async ValueTask DisposeAsync()
    {
        if (_operator is not null)
        {
            await _operator.DisposeAsync();
        }

        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        if (_rgw is not null)
        {
            await _rgw.DisposeAsync();
        }

        _gate.Dispose();
    }

    internal async Task<RealRgw> RgwAsync()
    {
        await _gate.WaitAsync();
        try
        {
            return _rgw ??= await RealRgw.StartAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Starts a database in a namespace of its own, and waits until it answers.</summary>
    internal async Task<TestDatabase> StartDatabaseAsync(
        string image = StandardImages.MariaDb, int graceSeconds = 30, string? name = null, string accessMode = "ReadWriteOnce")
    {
        var @namespace = name ?? $"test-{Interlocked.Increment(ref _names)}";
        await Cluster.ApplyAsync(Manifests.Database(@namespace, image, graceSeconds, accessMode: accessMode));
        var database = new TestDatabase(this, @namespace);
        await database.AnswersAsync(TimeSpan.FromSeconds(90));
        return database;
    }

    /// <summary>A new bucket, and the Secret <c>s3</c> for it in the database's namespace.</summary>
    /// <returns>The storage as it is written into a resource.</returns>
    internal async Task<string> CreateBucketAsync(TestDatabase database, string? secretKey = null)
    {
        var rgw = await RgwAsync();
        var bucket = $"bucket-{database.Namespace}";
        await rgw.CreateBucketAsync(bucket);
        await Cluster.ApplyAsync(Manifests.S3Secret(database.Namespace, rgw.AccessKey, secretKey ?? rgw.SecretKey));
        return Manifests.S3Storage(rgw.Endpoint, bucket);
    }

    internal async Task<RunHandle<MySqlBackup>> BackUpAsync(TestDatabase database, string name, string storage, string more = "")
    {
        await Cluster.ApplyAsync(Manifests.Backup(database.Namespace, name, storage, more));
        return new RunHandle<MySqlBackup>(this, database.Namespace, name);
    }

    internal async Task<RunHandle<MySqlRestore>> RestoreAsync(TestDatabase database, string name, string source, string more = "")
    {
        await Cluster.ApplyAsync(Manifests.Restore(database.Namespace, name, source, more));
        return new RunHandle<MySqlRestore>(this, database.Namespace, name);
    }

    /// <summary>The pod of a run's Job that is running now.</summary>
    internal async Task<V1Pod?> JobPodAsync(string @namespace)
    {
        var pods = await Client.ListAsync<V1Pod>(@namespace);
        return pods.Items.FirstOrDefault(pod => pod.Metadata.OwnerReferences?.Any(owner => owner.Kind == "Job") == true && pod.Status?.Phase is "Running");
    }

    /// <summary>SIGKILL to the sidecar of the namespace.</summary>
    internal async Task KillSidecarAsync(string @namespace)
    {
        var pod = await JobPodAsync(@namespace) ?? throw new InvalidOperationException("No sidecar runs.");
        Cluster.KillContainers(@namespace, pod.Metadata.Name!).ShouldBeTrue();
    }

    /// <summary>What a person would want to see when a test fails.</summary>
    internal async Task<string> ExplainAsync()
    {
        var text = new System.Text.StringBuilder();
        foreach (var pod in (await Client.ListAsync<V1Pod>()).Items)
        {
            text.AppendLine($"-- pod {pod.Metadata.Namespace}/{pod.Metadata.Name} {pod.Status?.Phase} {pod.Metadata.DeletionTimestamp}");
            if (pod.Metadata.OwnerReferences?.Any(owner => owner.Kind == "Job") == true)
            {
                text.AppendLine(Tail(await Cluster.LogsAsync(pod.Metadata.Namespace!, pod.Metadata.Name!)));
            }
        }

        text.AppendLine("-- operator").AppendLine(Tail(Operator.Log));
        return text.ToString();
    }

    private static string Tail(string text) => string.Join('\n', text.Split('\n').TakeLast(40));
}
