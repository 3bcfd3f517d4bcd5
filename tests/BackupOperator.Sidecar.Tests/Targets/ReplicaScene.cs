using System.Globalization;
using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Sidecar.Failures;
using BackupOperator.Sidecar.Runs;
using BackupOperator.Sidecar.Targets;
using BackupOperator.Sidecar.Tests.Runs;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.Sidecar.Tests.Targets;

/// <summary>The pods of a StatefulSet, each with an address of its own, and credentials for their servers.</summary>
internal sealed class ReplicaScene : IAsyncDisposable
{
    private readonly RunFixture _fixture;
    private readonly DirectoryInfo _secrets = Directory.CreateTempSubdirectory("secret-");
    private readonly int _replicas;

    private ReplicaScene(RunFixture fixture, int replicas) => (_fixture, _replicas) = (fixture, replicas);

    public int Port { get; } = FreePort.Find();

    public static async Task<ReplicaScene> StartAsync(int replicas = 2)
    {
        var scene = new ReplicaScene(await RunFixture.StartAsync(replicas: replicas, fitToStart: false), replicas);
        File.WriteAllText(Path.Combine(scene._secrets.FullName, "username"), "app");
        File.WriteAllText(Path.Combine(scene._secrets.FullName, "password"), "top secret");
        for (var i = 0; i < replicas; i++)
        {
            await scene.PlaceAsync(i);
        }

        return scene;
    }

    public static string Address(int ordinal) => string.Create(CultureInfo.InvariantCulture, $"127.0.77.{ordinal + 1}");

    /// <summary>Asks as a run does that stops the last pod alone, or all and archives the claim of one.</summary>
    /// <returns>Why it may not be stopped; null where it may.</returns>
    public Task<RunException?> AskLastAsync(bool isRetry = false) =>
        AskAsync(target => target with { Ordinal = _replicas - 1, QuiescedReplicas = _replicas - 1 }, isRetry);

    public Task<RunException?> AskAllAsync(int ordinal = 0, bool credentials = true) =>
        AskAsync(target => target with { Ordinal = ordinal, HasCredentials = credentials });

    /// <summary>Runs a backup that stops all pods and archives the claim of the first one.</summary>
    public Task<ExitCode> BackUpAllAsync()
    {
        _fixture.MySqlCredentials = _secrets.FullName;
        _fixture.Aim = target => target with { Port = Port, HasCredentials = true };
        return _fixture.RunAsync();
    }

    /// <summary>What was done for a backup, and the replicas that are left.</summary>
    public async Task<(IReadOnlyList<string> Calls, int? Replicas)> LookAsync() =>
        (_fixture.Archive.Calls, (await _fixture.StatefulSetAsync()).Spec!.Replicas);

    public async ValueTask DisposeAsync()
    {
        await _fixture.DisposeAsync();
        _secrets.Delete(recursive: true);
    }

    private async Task<RunException?> AskAsync(Func<RunTarget, RunTarget> aim, bool isRetry = false)
    {
        _fixture.Aim = target =>
        {
            var aimed = aim(target with { Port = Port, HasCredentials = true });
            return aimed with { Pod = $"db-{aimed.Ordinal}", Claim = $"data-db-{aimed.Ordinal}" };
        };
        var run = _fixture.Spec(RunKind.Backup);
        var settings = new RunSettings
        {
            PodName = "sidecar-1",
            MySqlCredentials = _secrets.FullName,
            ReplicaPatience = TimeSpan.FromMilliseconds(50),
            PollInterval = TimeSpan.FromMilliseconds(30),
        };
        try
        {
            var retry = new ApiRetry(TimeProvider.System, new Random(1));
            await (ReplicaCheck.For(run, new TargetClient(_fixture.Kubernetes, run), retry, settings, TimeProvider.System, isRetry)?.RequireAsync(CancellationToken.None) ?? Task.CompletedTask);
            return null;
        }
        catch (RunException unfit)
        {
            return unfit;
        }
    }

    private async Task PlaceAsync(int ordinal)
    {
        if (ordinal > 0)
        {
            await _fixture.Kubernetes.CreateAsync(new V1Pod
            {
                Metadata = new V1ObjectMeta { Name = $"db-{ordinal}", Namespace = RunFixture.Namespace },
                Spec = new V1PodSpec { Containers = [new V1Container { Name = "db", Image = "db" }] },
            });
        }

        var status = new JsonObject { ["phase"] = "Running", ["podIP"] = Address(ordinal) };
        do
        {
            // The simulator of the first pod says once where it is.
            await _fixture.Kubernetes.PatchAsync<V1Pod>(
                $"db-{ordinal}", RunFixture.Namespace, KubernetesPatch.Merge(new JsonObject { ["status"] = status.DeepClone() }), "status");
            await Task.Delay(100);
        }
        while ((await _fixture.Kubernetes.GetAsync<V1Pod>($"db-{ordinal}", RunFixture.Namespace))!.Status!.PodIP != Address(ordinal));
    }
}
