using System.Diagnostics;
using System.Globalization;
using BackupOperator.Api.Runs;
using BackupOperator.LocalCluster.Images;
using BackupOperator.MySql;
using BackupOperator.MySql.Replication;
using BackupOperator.TestSupport.Faults;

namespace BackupOperator.EndToEnd.Tests.Stories;

/// <summary>A primary that serves all the time, while its replica is stopped and backed up.</summary>
public sealed class LastReplicaTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    [Theory]
    [InlineData(StandardImages.MariaDb)]
    [InlineData(StandardImages.MySql)]
    public async Task The_primary_serves_without_an_error_while_its_replica_is_backed_up(string image)
    {
        var @namespace = await StartPairAsync(image);
        var (primary, replica) = (new Server(cluster, @namespace, "db-0"), new Server(cluster, @namespace, "db-1"));
        var database = new TestDatabase(cluster, @namespace);

        // Two servers that have nothing to do with each other: neither may be stopped as the replica of the other.
        var refused = await (await cluster.BackUpAsync(database, "refused", Manifests.VolumeStorage, "cold: {scope: LastReplica}")).ReachesAsync("Failed");
        refused.Status.Failure!.Reason.ShouldBe("ReplicaUnfit");
        refused.Status.Failure.Message.ShouldNotBeNull().ShouldContain("replicates from nowhere");
        refused.Status.Report.ShouldBeNull();

        await ReplicateAsync(image, primary, replica);
        await primary.ExecuteAsync("CREATE DATABASE app", "CREATE TABLE app.log (id INT PRIMARY KEY AUTO_INCREMENT, noise BLOB)");
        var serves = (await cluster.Client.GetAsync<V1Pod>("db-0", @namespace))!.Metadata.Uid;
        var stops = (await cluster.Client.GetAsync<V1Pod>("db-1", @namespace))!.Metadata.Uid;
        await using var writer = Writer.Start(primary);

        var run = await cluster.BackUpAsync(database, "auto", Manifests.VolumeStorage, "cold: {scope: Auto}\npreconditions: {maxReplicaLagSeconds: 60}\nverification: {level: ReadBack}");
        var backup = await run.ReachesAsync("Completed");

        var written = await writer.StopAsync();
        written.ShouldBeGreaterThan(20);
        backup.Status.Target.ShouldNotBeNull().ShouldSatisfyAllConditions(
            t => t.Scope.ShouldBe("LastReplica"), t => t.Pod.ShouldBe("db-1"), t => t.Claim.ShouldBe("data-db-1"), t => t.Replicas.ShouldBe(2));
        backup.Status.DowntimeSeconds.ShouldNotBeNull().ShouldBeGreaterThan(0);
        (await cluster.Client.GetAsync<V1Pod>("db-0", @namespace))!.Metadata.Uid.ShouldBe(serves, "the primary was never stopped");
        (await cluster.Client.GetAsync<V1Pod>("db-1", @namespace))!.Metadata.Uid.ShouldNotBe(stops);
        await Eventually.HoldsAsync(
            "replica that has caught up",
            async () => await replica.ScalarAsync("SELECT COUNT(*) FROM app.log") == written.ToString(CultureInfo.InvariantCulture),
            TimeSpan.FromSeconds(30),
            cluster.ExplainAsync);

        // Nobody is stopped who stands still, or whom the other one follows.
        var why = await SpoilAsync(image, primary, replica);
        var spoiled = await (await cluster.BackUpAsync(database, "spoiled", Manifests.VolumeStorage, "cold: {scope: LastReplica}")).ReachesAsync("Failed", TimeSpan.FromMinutes(2));
        spoiled.Status.Failure!.Message.ShouldNotBeNull().ShouldContain(why);
        (await cluster.Client.GetAsync<V1StatefulSet>("db", @namespace))!.Spec!.Replicas.ShouldBe(2);
        if (image == StandardImages.MySql)
        {
            var unmet = await (await cluster.BackUpAsync(database, "unmet", Manifests.VolumeStorage, "preconditions: {maxReplicaLagSeconds: 5}\ntimeouts: {preparing: 20s}")).ReachesAsync("Cancelled");
            unmet.Status.Message.ShouldNotBeNull().ShouldContain("pod db-1 receives nothing from its source");
            unmet.Status.Report.ShouldBeNull();
            (await cluster.Client.GetAsync<V1Pod>("db-0", @namespace))!.Metadata.Uid.ShouldBe(serves, "nothing was stopped");
        }
    }

    [Fact]
    public async Task The_replica_is_back_soon_and_the_primary_serves_on_when_the_sidecar_dies_while_the_replica_is_stopped()
    {
        var gateway = cluster.RgwAsync();
        var @namespace = await StartPairAsync(StandardImages.MariaDb, "pair-killed");
        var (primary, replica) = (new Server(cluster, @namespace, "db-0"), new Server(cluster, @namespace, "db-1"));
        var database = new TestDatabase(cluster, @namespace);
        await ReplicateAsync(StandardImages.MariaDb, primary, replica);
        await database.FillAsync(megabytes: 12);
        await primary.ExecuteAsync("CREATE TABLE app.log (id INT PRIMARY KEY AUTO_INCREMENT, noise BLOB)");
        var serves = (await cluster.Client.GetAsync<V1Pod>("db-0", @namespace))!.Metadata.Uid;
        var rgw = await gateway;
        await using var proxy = FaultProxy.Start(rgw.Port);
        var (uploads, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        proxy.Rule = request => request.IsPart && uploads.TrySetResult() ? new Fault.Hold(release.Task) : null;
        var storage = (await cluster.CreateBucketAsync(database)).Replace(rgw.Endpoint, proxy.Endpoint, StringComparison.Ordinal);
        await using var writer = Writer.Start(primary);

        var run = await cluster.BackUpAsync(database, "b", storage, "cold: {scope: LastReplica, precopy: false}\nbackoffLimit: 2");
        await uploads.Task.WaitAsync(TimeSpan.FromSeconds(60));
        (await database.StatefulSetAsync()).Spec!.Replicas.ShouldBe(1);
        (await cluster.Client.GetAsync<V1Pod>("db-1", @namespace)).ShouldBeNull();
        var watch = Stopwatch.StartNew();
        await cluster.KillSidecarAsync(@namespace);
        release.SetResult();
        await Eventually.HoldsAsync("answer from the replica", async () => await replica.ScalarAsync("SELECT 1") == "1", TimeSpan.FromSeconds(60), cluster.ExplainAsync);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(15));

        var backup = await run.ReachesAsync("Completed");
        backup.Status.ShouldSatisfyAllConditions(s => s.Attempt.ShouldBe(2), s => s.Target!.Scope.ShouldBe("LastReplica"), s => s.Target!.Pod.ShouldBe("db-1"));
        var written = await writer.StopAsync();
        (await cluster.Client.GetAsync<V1Pod>("db-0", @namespace))!.Metadata.Uid.ShouldBe(serves, "the primary was never stopped");
        var target = await database.StatefulSetAsync();
        target.Spec!.Replicas.ShouldBe(2);
        target.Annotation(QuiesceMark.Annotation).ShouldBeNull();
        await Eventually.HoldsAsync(
            "replica that has caught up",
            async () => await replica.ScalarAsync("SELECT COUNT(*) FROM app.log") == written.ToString(CultureInfo.InvariantCulture),
            TimeSpan.FromSeconds(30),
            cluster.ExplainAsync);
    }

    private async Task<string> StartPairAsync(string image, string? name = null)
    {
        var @namespace = name ?? "pair-" + (image == StandardImages.MySql ? "mysql" : "mariadb");
        var program = image == StandardImages.MySql ? "mysqld" : "mariadbd";
        var start = $"exec docker-entrypoint.sh {program} --log-bin=binlog --server-id=$(($(hostname | sed s/.*-//)+1))";
        await cluster.Cluster.ApplyAsync(Manifests.Database(@namespace, image, replicas: 2, shell: start));
        foreach (var pod in (string[])["db-0", "db-1"])
        {
            await Eventually.HoldsAsync(
                $"answer from {pod}", async () => await new Server(cluster, @namespace, pod).ScalarAsync("SELECT 1") == "1", TimeSpan.FromSeconds(120), cluster.ExplainAsync);
        }

        return @namespace;
    }

    private async Task ReplicateAsync(string image, Server primary, Server replica)
    {
        var host = await primary.AddressAsync();
        if (image == StandardImages.MySql)
        {
            await replica.ExecuteAsync(
                "RESET BINARY LOGS AND GTIDS",
                $"CHANGE REPLICATION SOURCE TO SOURCE_HOST='{host}', SOURCE_USER='root', SOURCE_PASSWORD='{Manifests.Password}', SOURCE_AUTO_POSITION=1, GET_SOURCE_PUBLIC_KEY=1, SOURCE_CONNECT_RETRY=1",
                "START REPLICA");
        }
        else
        {
            var (file, position) = await primary.PositionAsync();
            await replica.ExecuteAsync(
                $"CHANGE MASTER TO MASTER_HOST='{host}', MASTER_USER='root', MASTER_PASSWORD='{Manifests.Password}', MASTER_LOG_FILE='{file}', MASTER_LOG_POS={position}, MASTER_CONNECT_RETRY=1",
                "START SLAVE");
        }

        await Eventually.HoldsAsync(
            "replica that keeps up",
            async () =>
            {
                await using var session = await replica.ConnectAsync();
                return (await ReplicaStatus.ReadAsync(session)) is [{ Receives: true, Applies: true, Lag: not null, SourceServerId: 1 }];
            },
            TimeSpan.FromSeconds(60),
            cluster.ExplainAsync);
    }

    private static async Task<string> SpoilAsync(string image, Server primary, Server replica)
    {
        if (image == StandardImages.MySql)
        {
            await replica.ExecuteAsync("STOP REPLICA");
            return "receives nothing from its source";
        }

        var (file, position) = await replica.PositionAsync();
        await primary.ExecuteAsync(
            $"CHANGE MASTER TO MASTER_HOST='{await replica.AddressAsync()}', MASTER_USER='root', MASTER_PASSWORD='{Manifests.Password}', MASTER_LOG_FILE='{file}', MASTER_LOG_POS={position}",
            "START SLAVE");
        await Eventually.HoldsAsync(
            "circle",
            async () =>
            {
                await using var session = await primary.ConnectAsync();
                return (await ReplicaStatus.ReadAsync(session)) is [{ Receives: true, SourceServerId: 2 }];
            },
            TimeSpan.FromSeconds(30));
        return "pod db-0 replicates from it";
    }

    private sealed class Server(TestCluster cluster, string @namespace, string pod)
    {
        public async Task<string> AddressAsync() =>
            (await cluster.Client.GetAsync<V1Pod>(pod, @namespace))?.Status?.PodIP ?? throw new InvalidOperationException($"{pod} has no address");

        public async Task<MySqlSession> ConnectAsync() => await MySqlSession.ConnectAsync(new MySqlConnectionOptions
        {
            Host = await AddressAsync(),
            User = "root",
            Password = Manifests.Password,
        });

        public async Task ExecuteAsync(params string[] statements)
        {
            await using var session = await ConnectAsync();
            foreach (var statement in statements)
            {
                await session.QueryAsync(statement);
            }
        }

        public async Task<string?> ScalarAsync(string sql)
        {
            await using var session = await ConnectAsync();
            return await session.ScalarAsync(sql);
        }

        public async Task<(string File, string Position)> PositionAsync()
        {
            await using var session = await ConnectAsync();
            var row = (await session.QueryAsync("SHOW MASTER STATUS")).Rows[0];
            return (row[0]!, row[1]!);
        }
    }

    /// <summary>Writes a row every few milliseconds, each through a connection of its own; the first error is the last.</summary>
    private sealed class Writer : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task<int> _loop;

        private Writer(Server server) => _loop = Task.Run(async () =>
        {
            var written = 0;
            while (!_stop.IsCancellationRequested)
            {
                await server.ExecuteAsync("INSERT INTO app.log (noise) VALUES (RANDOM_BYTES(1000))");
                written++;
                await Task.Delay(10);
            }

            return written;
        });

        public static Writer Start(Server server) => new(server);

        /// <returns>The rows that were written; throws what the writer met.</returns>
        public async Task<int> StopAsync()
        {
            await _stop.CancelAsync();
            return await _loop;
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await ((Task)_loop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }
    }
}
