using System.Text.Json;
using System.Text.Json.Nodes;

namespace BackupOperator.LocalCluster.Tests.Workloads;

/// <summary>What the operator counts on in a Job; asked of LocalCluster, and of a real cluster where one is at hand.</summary>
public abstract class JobSemantics(WorkloadWorld world)
{
    [Fact]
    public async Task A_job_that_succeeds_is_complete()
    {
        var space = await JobAsync("exit 0");

        var job = await FinishedAsync(space);

        Condition(job, "Complete").ShouldNotBeNull().Reason.ShouldBe("CompletionsReached");
        Condition(job, "SuccessCriteriaMet").ShouldNotBeNull();
        (job.Status!.Succeeded, job.Status.Failed, job.Status.Active ?? 0).ShouldBe((1, null, 0));
        job.Status.CompletionTime.ShouldNotBeNull();
        var pod = (await PodsAsync(space)).ShouldHaveSingleItem();
        pod.Label("batch.kubernetes.io/job-name").ShouldBe("job");
        pod.Label("batch.kubernetes.io/controller-uid").ShouldBe(job.Metadata.Uid);
        pod.ControllerReference()!.Uid.ShouldBe(job.Metadata.Uid);
        await world.WaitForAsync<V1Pod>(pod.Metadata.Name!, space, pod => pod!.Metadata.Finalizers is null or []);
    }

    [Fact]
    public async Task Failures_are_tried_again_until_the_limit_and_the_pods_stay()
    {
        var space = await JobAsync("exit 1", "backoffLimit: 2");

        var job = await FinishedAsync(space);

        var end = Condition(job, "Failed").ShouldNotBeNull();
        (end.Reason, end.Message).ShouldBe(("BackoffLimitExceeded", "Job has reached the specified backoff limit"));
        Condition(job, "FailureTarget").ShouldNotBeNull();
        job.Status!.Failed.ShouldBe(3);
        (await PodsAsync(space)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_killed_process_is_exit_code_137_and_the_termination_message_is_there()
    {
        var space = await JobAsync("printf last-words > /dev/termination-log; sh -c 'kill -9 $$$$'; exit $?", "backoffLimit: 0");

        await FinishedAsync(space);

        var pod = (await PodsAsync(space)).ShouldHaveSingleItem();
        pod.Status!.Phase.ShouldBe("Failed");
        var ended = pod.Status.ContainerStatuses![0].State!.Terminated!;
        (ended.ExitCode, ended.Message, ended.Reason).ShouldBe((137, "last-words", "Error"));
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
    public async Task The_deadline_stops_the_pods()
    {
        var space = await JobAsync("exec sleep 1000", "activeDeadlineSeconds: 3");

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
        var job = await world.WaitForAsync<V1Job>("job", space, job => Condition(job!, "Suspended") is not null && PodsAsync(space).Result.Count == 0);
        job!.Status!.StartTime.ShouldBeNull();

        await SuspendAsync(false);
        await RunningAsync(space);

        Task SuspendAsync(bool value) => world.Client.PatchAsync<V1Job>(
            "job", space, KubernetesPatch.Merge(new JsonObject { ["spec"] = new JsonObject { ["suspend"] = value } }));
    }

    [Fact]
    public async Task A_finished_job_goes_with_its_pods_when_its_time_is_over()
    {
        var space = await JobAsync("true", "ttlSecondsAfterFinished: 0");

        await world.WaitForAsync<V1Job>("job", space, job => job is null);

        await world.WaitForAsync<V1Namespace>(space, null, _ => PodsAsync(space).Result.Count == 0);
    }

    [Fact]
    public async Task A_job_that_is_deleted_in_the_foreground_is_there_until_its_pod_is_gone()
    {
        var space = await JobAsync("trap 'sleep 2; exit 143' TERM; while :; do sleep 0.1; done");
        var pod = await RunningAsync(space);

        await world.Client.DeleteAsync<V1Job>("job", space, new DeleteRequest(DeletionPropagation.Foreground));

        var going = (await world.Client.GetAsync<V1Job>("job", space)).ShouldNotBeNull();
        (going.Metadata.DeletionTimestamp is not null, going.Metadata.Finalizers!.Contains("foregroundDeletion")).ShouldBe((true, true));
        await world.WaitForAsync<V1Job>("job", space, job => job is null);
        (await world.Client.GetAsync<V1Pod>(pod.Metadata.Name!, space)).ShouldBeNull();
    }

    [Fact]
    public async Task A_pod_that_is_deleted_counts_as_a_failure_and_is_replaced()
    {
        var space = await JobAsync("trap 'exit 143' TERM; while :; do sleep 0.1; done", "backoffLimit: 3");
        var first = await RunningAsync(space);

        await world.Client.DeleteAsync<V1Pod>(first.Metadata.Name!, space);

        await world.WaitForAsync<V1Job>("job", space, _ => PodsAsync(space).Result.Any(pod => pod.Metadata.Uid != first.Metadata.Uid && pod.Status?.Phase == "Running"));
        await world.WaitForAsync<V1Job>("job", space, job => job!.Status!.Failed == 1);
    }

    [Fact]
    public async Task An_image_that_nobody_has_keeps_the_pod_waiting_with_the_kubelets_word()
    {
        var space = await JobAsync("true", image: "nowhere.invalid/to-be:found");

        var pod = await WaitingAsync(space, pod => pod.Status?.ContainerStatuses?[0].State?.Waiting?.Reason is "ErrImagePull" or "ImagePullBackOff");

        pod.Status!.Phase.ShouldBe("Pending");
    }

    [Fact]
    public async Task A_pod_that_fits_nowhere_waits_with_the_schedulers_word()
    {
        var space = await JobAsync("true", pod: "nodeSelector: {no-such: node}");

        var pod = await WaitingAsync(space, pod => pod.Status?.Conditions?.Exists(c => c is { Type: "PodScheduled", Status: "False", Reason: "Unschedulable" }) == true);

        pod.Status!.Conditions!.First(c => c.Type == "PodScheduled").Message.ShouldNotBeNull().ShouldContain("didn't match Pod's node affinity/selector");
    }

    private static V1Condition? Condition(V1Job job, string type) =>
        job.Status?.Conditions?.FirstOrDefault(condition => condition.Type == type && condition.Status == "True");

    private async Task<V1Job> FinishedAsync(string space) => (await world.WaitForAsync<V1Job>(
        "job", space, job => Condition(job!, "Complete") is not null || Condition(job!, "Failed") is not null))!;

    private async Task<IReadOnlyList<V1Pod>> PodsAsync(string space) =>
        (await world.Client.ListAsync<V1Pod>(space, new ListQuery("job-name=job"))).Items;

    private Task<V1Pod> RunningAsync(string space) => WaitingAsync(space, pod => pod.Status?.Phase == "Running");

    private async Task<V1Pod> WaitingAsync(string space, Func<V1Pod, bool> wanted)
    {
        V1Pod? found = null;
        await world.WaitForAsync<V1Job>("job", space, _ => (found = PodsAsync(space).Result.FirstOrDefault(wanted)) is not null);
        return found!;
    }

    private async Task<string> JobAsync(string script, string spec = "", string pod = "", string? image = null)
    {
        var space = await world.NamespaceAsync();
        await world.ApplyAsync($$"""
            apiVersion: batch/v1
            kind: Job
            metadata: {name: job}
            spec:
              {{spec}}
              template:
                spec:
                  restartPolicy: Never
                  terminationGracePeriodSeconds: 5
                  {{pod}}
                  containers:
                  - name: main
                    image: {{image ?? world.Image}}
                    imagePullPolicy: IfNotPresent
                    command: [sh, -c, {{JsonSerializer.Serialize(script)}}]
            """, space);
        return space;
    }
}
