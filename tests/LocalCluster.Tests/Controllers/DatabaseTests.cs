using BackupOperator.LocalCluster.Images;

namespace BackupOperator.LocalCluster.Tests.Controllers;

public sealed class DatabaseTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Cluster cluster = fixture.Cluster;

    [Theory]
    [InlineData(StandardImages.MariaDb, "mariadb")]
    [InlineData(StandardImages.MySql, "mysql")]
    public async Task A_database_comes_up_stops_cleanly_and_has_its_data_afterwards(string image, string clientProgram)
    {
        Assert.SkipUnless(cluster.Images.TryGet(image, out _), $"{StandardImages.MySqlRoot} is not there");
        var space = await fixture.NamespaceAsync();
        await cluster.ApplyAsync($$$"""
            {apiVersion: v1, kind: Secret, metadata: {name: root}, stringData: {password: "it's \\ secret"} }
            ---
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db}
            spec:
              replicas: 1
              serviceName: db
              selector: {matchLabels: {app: db} }
              template:
                metadata: {labels: {app: db} }
                spec:
                  containers:
                  - name: server
                    image: {{{image}}}
                    args: [--innodb-buffer-pool-size=32M]
                    env:
                    - {name: MYSQL_ROOT_PASSWORD, valueFrom: {secretKeyRef: {name: root, key: password} } }
                    - {name: MYSQL_DATABASE, value: shop}
                    ports: [{name: mysql, containerPort: 3306}]
                    readinessProbe: {tcpSocket: {port: mysql}, periodSeconds: 1, failureThreshold: 1}
                    volumeMounts: [{name: data, mountPath: /var/lib/mysql, subPath: mysql}]
              volumeClaimTemplates:
              - metadata: {name: data}
                spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi} } }
            """, space);
        await ReadyAsync(space);
        await QueryAsync("CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3)");
        Directory.Exists(Path.Combine(cluster.ClaimFolder(space, "data-db-0"), "mysql", "shop")).ShouldBeTrue();

        await ScaleAsync(0);
        await cluster.WaitForAsync<V1Pod>("db-0", space, pod => pod is null, Patience);
        await ScaleAsync(1);
        await ReadyAsync(space);

        (await QueryAsync("SELECT COUNT(*) FROM t")).ShouldBe("3\n");

        Task ScaleAsync(int replicas) => cluster.Client.PatchAsync<V1StatefulSet>(
            "db", space, KubernetesPatch.Merge(new System.Text.Json.Nodes.JsonObject { ["spec"] = new System.Text.Json.Nodes.JsonObject { ["replicas"] = replicas } }));

        async Task<string> QueryAsync(string sql)
        {
            var (code, output) = await cluster.Containers(space, "db-0")[0].ExecAsync(
                ["sh", "-c", $"MYSQL_PWD=\"$MYSQL_ROOT_PASSWORD\" {clientProgram} --no-defaults -h \"$POD_IP\" -u root -N shop -e \"{sql}\""], TimeSpan.FromSeconds(10));
            code.ShouldBe(0, output);
            return output;
        }
    }

    private async Task ReadyAsync(string space)
    {
        try
        {
            await cluster.WaitForAsync<V1Pod>("db-0", space, PodTests.Ready, Patience);
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException(error.Message + await cluster.LogsAsync(space, "db-0"), error);
        }
    }
}
