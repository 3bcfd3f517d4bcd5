namespace BackupOperator.LocalCluster.Tests.Controllers;

public sealed class JobTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private readonly Cluster cluster = fixture.Cluster;

    [Fact]
    public async Task A_job_that_succeeds_is_complete()
    {
        var space = await JobAsync("echo done");

        var job = await FinishedAsync(space);

        Condition(job, "Complete").ShouldNotBeNull().Reason.ShouldBe("CompletionsReached");
        Condition(job, "SuccessCriteriaMet").ShouldNotBeNull();
        job.Status!.Succeeded.ShouldBe(1);
        job.Status.Failed.ShouldBeNull();
        job.Status.Active.ShouldBe(0);
        job.Status.CompletionTime.ShouldNotBeNull();
        var pod = (await PodsAsync(space)).ShouldHaveSingleItem();
        pod.Label("batch.kubernetes.io/job-name").ShouldBe("job");
        pod.Label("batch.kubernetes.io/controller-uid").ShouldBe(job.Metadata.Uid);
        await cluster.WaitForAsync<V1Pod>(pod.Metadata.Name!, space, pod => pod!.Metadata.Finalizers is null or []);
    }

    [Fact]
    public async Task Failures_are_tried_again_with_pauses_until_the_limit()
    {
        var space = await JobAsync("exit 1", "backoffLimit: 2");

        var job = await FinishedAsync(space);

        var end = Condition(job, "Failed").ShouldNotBeNull();
        end.Reason.ShouldBe("BackoffLimitExceeded");
        end.Message.ShouldBe("Job has reached the specified backoff limit");
        Condition(job, "FailureTarget").ShouldNotBeNull();
        job.Status!.Failed.ShouldBe(3);
        (await PodsAsync(space)).Count.ShouldBe(3);
    }

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
    public async Task A_final_exit_code_fails_the_job_at_once_and_says_which()
    {
        var space = await JobAsync("exit 67", """
            backoffLimit: 5
              podFailurePolicy:
                rules:
                - {action: Ignore, onPodConditions: [{type: DisruptionTarget}]}
                - {action: FailJob, onExitCodes: {containerName: main, operator: In, values: [66, 67]}}
            """);

        var job = await FinishedAsync(space);

        var pod = (await PodsAsync(space)).ShouldHaveSingleItem();
        var end = Condition(job, "Failed").ShouldNotBeNull();
        end.Reason.ShouldBe("PodFailurePolicy");
        end.Message.ShouldBe($"Container main for pod {space}/{pod.Metadata.Name} failed with exit code 67 matching FailJob rule at index 1");
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
    public async Task The_deadline_stops_the_pods()
    {
        var space = await JobAsync("exec sleep 1000", "activeDeadlineSeconds: 1");

        var job = await FinishedAsync(space);

        Condition(job, "Failed").ShouldNotBeNull().Reason.ShouldBe("DeadlineExceeded");
        (await PodsAsync(space)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_suspended_job_has_no_pods_until_it_is_resumed()
    {
        var space = await JobAsync("exec sleep 1000");
        await RunningAsync(space);

        await SuspendAsync(true);
        var job = await cluster.WaitForAsync<V1Job>("job", space, job => Condition(job!, "Suspended") is not null && job!.Status!.Terminating is 0 && PodsAsync(space).Result.Count == 0);
        job!.Status!.StartTime.ShouldBeNull();

        await SuspendAsync(false);
        await RunningAsync(space);

        Task SuspendAsync(bool value) => cluster.Client.PatchAsync<V1Job>(
            "job", space, KubernetesPatch.Merge(new System.Text.Json.Nodes.JsonObject { ["spec"] = new System.Text.Json.Nodes.JsonObject { ["suspend"] = value } }));
    }

    [Fact]
    public async Task A_finished_job_goes_with_its_pods_when_its_time_is_over()
    {
        var space = await JobAsync("true", "ttlSecondsAfterFinished: 0");

        await cluster.WaitForAsync<V1Job>("job", space, job => job is null);

        await cluster.WaitForAsync<V1Namespace>(space, null, _ => PodsAsync(space).Result.Count == 0);
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
