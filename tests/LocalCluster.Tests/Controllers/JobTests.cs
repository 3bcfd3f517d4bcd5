namespace BackupOperator.LocalCluster.Tests.Controllers;

public sealed class JobTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private readonly Cluster cluster = fixture.Cluster;

    [Fact]
    public async Task A_killed_pod_is_replaced_and_the_job_completes()
    {
        var space = await JobAsync("[ -e /data/once ] && exit 0; touch /data/once; exec sleep 1000", "backoffLimit: 1", volume: true);
        var pod = await RunningAsync(space);
        var once = Path.Combine(cluster.ClaimFolder(space, "data"), "once");
        await cluster.WaitForAsync<V1Pod>(pod.Metadata.Name!, space, _ => File.Exists(once));

        cluster.KillContainers(space, pod.Metadata.Name!).ShouldBeTrue();

        var job = await FinishedAsync(space);
        job.Status!.Succeeded.ShouldBe(1);
        job.Status.Failed.ShouldBe(1);
        var killed = (await cluster.Client.GetAsync<V1Pod>(pod.Metadata.Name!, space))!;
        killed.Status!.ContainerStatuses![0].State!.Terminated!.ExitCode.ShouldBe(137);
    }

    [Fact]
    public async Task An_ignored_failure_does_not_count()
    {
        var space = await JobAsync("[ -e /data/once ] && exit 0; touch /data/once; exit 42", """
            backoffLimit: 0
              podFailurePolicy:
                rules:
                - {action: Ignore, onExitCodes: {operator: In, values: [42]}}
            """, volume: true);

        var job = await FinishedAsync(space);

        Condition(job, "Complete").ShouldNotBeNull();
        job.Status!.Failed.ShouldBeNull();
    }

    [Fact]
    public async Task Deleting_a_job_stops_its_pod_gracefully()
    {
        var space = await JobAsync("trap 'echo bye > /data/word; exit 143' TERM; echo up; while :; do sleep 0.05; done", volume: true);
        var pod = await RunningAsync(space);
        await cluster.WaitForAsync<V1Pod>(pod.Metadata.Name!, space, _ => cluster.LogsAsync(space, pod.Metadata.Name!).Result == "up\n");

        await cluster.Client.DeleteAsync<V1Job>("job", space, new DeleteRequest(DeletionPropagation.Background));

        await cluster.WaitForAsync<V1Pod>(pod.Metadata.Name!, space, pod => pod is null);
        File.ReadAllText(Path.Combine(cluster.ClaimFolder(space, "data"), "word")).ShouldBe("bye\n");
    }

    private static V1Condition? Condition(V1Job job, string type) =>
        job.Status?.Conditions?.FirstOrDefault(condition => condition.Type == type && condition.Status == "True");

    private async Task<V1Job> FinishedAsync(string space) => (await cluster.WaitForAsync<V1Job>(
        "job", space, job => Condition(job!, "Complete") is not null || Condition(job!, "Failed") is not null))!;

    private async Task<IReadOnlyList<V1Pod>> PodsAsync(string space) =>
        (await cluster.Client.ListAsync<V1Pod>(space, new ListQuery("job-name=job"))).Items;

    private async Task<V1Pod> RunningAsync(string space)
    {
        V1Pod? running = null;
        await cluster.WaitForAsync<V1Job>("job", space, _ => (running = PodsAsync(space).Result.FirstOrDefault(pod => pod.Status?.Phase == "Running")) is not null);
        return running!;
    }

    private async Task<string> JobAsync(string script, string spec = "", bool volume = false)
    {
        var space = await fixture.NamespaceAsync();
        if (volume)
        {
            await cluster.ApplyAsync("""
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: data}
                spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
                """, space);
        }

        await cluster.ApplyAsync($$"""
            apiVersion: batch/v1
            kind: Job
            metadata: {name: job}
            spec:
              {{spec}}
              template:
                spec:
                  restartPolicy: Never
                  terminationGracePeriodSeconds: 2
                  {{(volume ? "volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]" : "")}}
                  containers:
                  - name: main
                    image: debian:12
                    command: [sh, -c, {{System.Text.Json.JsonSerializer.Serialize(script)}}]
                    {{(volume ? "volumeMounts: [{name: data, mountPath: /data}]" : "")}}
            """, space);
        return space;
    }
}
