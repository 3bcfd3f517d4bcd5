using BackupOperator.LocalCluster;
using BackupOperator.LocalCluster.ApiServer;
using BackupOperator.LocalCluster.Images;
using BackupOperator.MySql;
using BackupOperator.TestSupport.Programs;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.Demo.Stage;

/// <summary>Everything that the demo needs, from nothing: cluster, operator, database, storage.</summary>
internal sealed class Theatre(Screen screen, bool throughS3) : IAsyncDisposable
{
    private const string SidecarImage = "mysql-backup-sidecar:demo";
    private RealRgw? _rgw;
    private Cluster? _cluster;
    private OperatorProcess? _operator;

    public const string Namespace = "shop";

    public bool ThroughS3 => throughS3;

    /// <summary>Without it nothing goes on.</summary>
    public bool OperatorHasEnded => _operator is { HasEnded: true };

    public Cluster Cluster => _cluster ?? throw new InvalidOperationException("The cluster is not up.");

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        screen.Title("A cluster, an operator, a database");
        _cluster = await Cluster.StartAsync(
            new ClusterOptions
            {
                Images = new Dictionary<string, ContainerImage>
                {
                    [SidecarImage] = StandardImages.DotNet(BuiltProgram.Sidecar),
                },
            },
            cancellationToken);
        screen.Step("local cluster", $"KUBECONFIG={_cluster.KubeconfigPath}");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "crds"), "*.yaml").Order(StringComparer.Ordinal))
        {
            await _cluster.ApplyAsync(await File.ReadAllTextAsync(file, cancellationToken), cancellationToken: cancellationToken);
        }

        screen.Step("resources", "mysqlbackups.mysqlbackup.io, mysqlrestores.mysqlbackup.io");
        var log = Path.Combine(_cluster.DataDirectory, "operator.log");
        _operator = OperatorProcess.Start(_cluster.KubeconfigPath, SidecarImage, log);
        screen.Step("operator", $"process {_operator.Id}, log {log}");
        await _cluster.ApplyAsync(await ManifestAsync("mariadb.yaml"), cancellationToken: cancellationToken);
        if (throughS3)
        {
            _rgw = await RealRgw.StartAsync(cancellationToken);
            await _rgw.CreateBucketAsync("backups", cancellationToken);
            screen.Step("S3", $"Ceph RGW at {_rgw.Endpoint}, bucket backups");
        }

        await _cluster.ApplyAsync(await ManifestAsync(throughS3 ? "storage-s3.yaml" : "storage-volume.yaml"), cancellationToken: cancellationToken);
        await _cluster.WaitForAsync<V1StatefulSet>("mariadb", Namespace, set => set?.Status?.ReadyReplicas == 1, TimeSpan.FromSeconds(90), cancellationToken);
        await using var session = await ConnectAsync(cancellationToken);
        screen.Step("database", $"MariaDB {session.Greeting.Version}, StatefulSet {Namespace}/mariadb");
    }

    /// <summary>A manifest of demo/manifests, with the storage's address filled in.</summary>
    public async Task<string> ManifestAsync(string name)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "manifests", name));
        return _rgw is null
            ? text
            : text.Replace("${S3_ENDPOINT}", _rgw.Endpoint, StringComparison.Ordinal)
                .Replace("${S3_ACCESS_KEY}", _rgw.AccessKey, StringComparison.Ordinal)
                .Replace("${S3_SECRET_KEY}", _rgw.SecretKey, StringComparison.Ordinal);
    }

    public async Task<MySqlSession> ConnectAsync(CancellationToken cancellationToken)
    {
        var pod = await Cluster.Client.GetAsync<V1Pod>("mariadb-0", Namespace, cancellationToken);
        return await MySqlSession.ConnectAsync(
            new MySqlConnectionOptions
            {
                Host = pod?.Status?.PodIP ?? throw new InvalidOperationException("The pod mariadb-0 has no address."),
                User = "root",
                Password = "a-demo-password",
                CommandTimeout = TimeSpan.FromMinutes(3),
            },
            cancellationToken);
    }

    /// <summary>What the operator and the Jobs' pods wrote last, for when something went wrong.</summary>
    public async Task<string> LogsAsync()
    {
        var text = new System.Text.StringBuilder("operator:\n").AppendLine(Tail(await File.ReadAllTextAsync(Path.Combine(Cluster.DataDirectory, "operator.log"))));
        foreach (var pod in (await Cluster.Client.ListAsync<V1Pod>(Namespace)).Items.Where(pod => pod.Metadata.Name != "mariadb-0"))
        {
            text.AppendLine($"pod {pod.Metadata.Name}, {pod.Status?.Phase}:").AppendLine(Tail(await Cluster.LogsAsync(Namespace, pod.Metadata.Name!)));
        }

        return text.ToString();
    }

    private static string Tail(string text) => string.Join('\n', text.TrimEnd().Split('\n').TakeLast(25));

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
    }
}
