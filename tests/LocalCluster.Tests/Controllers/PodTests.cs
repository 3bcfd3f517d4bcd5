using BackupOperator.LocalCluster.Kubelet.Containers;

namespace BackupOperator.LocalCluster.Tests.Controllers;

public sealed class PodTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private readonly Cluster cluster = fixture.Cluster;

    [Fact]
    public async Task A_pod_runs_and_its_end_log_and_message_are_told()
    {
        var space = await PodAsync("Never", "echo hello $NAME from $POD_NAME at $IP; printf done > /dev/termination-log; exit 3", """
            env:
                - {name: NAME, value: world}
                - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
                - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
            """);

        var pod = await cluster.WaitForAsync<V1Pod>("pod", space, pod => pod?.Status?.Phase == "Failed");

        var end = pod!.Status!.ContainerStatuses![0].State!.Terminated!;
        end.ExitCode.ShouldBe(3);
        end.Reason.ShouldBe("Error");
        end.Message.ShouldBe("done");
        pod.Status.PodIP.ShouldNotBeNull().ShouldStartWith("127.20.");
        (await cluster.LogsAsync(space, "pod")).ShouldBe($"hello world from pod at {pod.Status.PodIP}\n");
    }

    [Fact]
    public async Task A_container_that_is_killed_has_exit_code_137_and_starts_again()
    {
        var space = await PodAsync("Always", "echo started; exec sleep 1000");
        await LogAsync(space, "started");

        cluster.KillContainers(space, "pod").ShouldBeTrue();

        var pod = await cluster.WaitForAsync<V1Pod>("pod", space, pod => Ready(pod) && pod!.Status!.ContainerStatuses![0].RestartCount == 1);
        pod!.Status!.ContainerStatuses![0].LastState!.Terminated!.ExitCode.ShouldBe(137);
        (await cluster.LogsAsync(space, "pod", previous: true)).ShouldBe("started\n");
    }

    [Fact]
    public async Task A_container_that_ends_again_and_again_is_backed_off()
    {
        var space = await PodAsync("Always", "exit 1");

        var pod = await cluster.WaitForAsync<V1Pod>("pod", space, pod => pod?.Status?.ContainerStatuses?[0].State?.Waiting?.Reason == "CrashLoopBackOff");

        pod!.Status!.Phase.ShouldBe("Running");
        pod.Status.ContainerStatuses![0].LastState!.Terminated!.ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task Deletion_waits_for_the_grace_period_and_kills_what_is_left()
    {
        var space = await PodAsync("Always", "trap '' TERM; echo ready; while :; do sleep 1; done", podSpec: "terminationGracePeriodSeconds: 1");
        await LogAsync(space, "ready");
        var pids = cluster.HostPids(space, "pod");
        pids.ShouldNotBeEmpty();

        await cluster.Client.DeleteAsync<V1Pod>("pod", space);
        (await cluster.Client.GetAsync<V1Pod>("pod", space)).ShouldNotBeNull().Metadata.DeletionTimestamp.ShouldNotBeNull();
        await cluster.WaitForAsync<V1Pod>("pod", space, pod => pod is null);

        pids.ShouldAllBe(pid => !Directory.Exists($"/proc/{pid}"));
    }

    [Fact]
    public async Task Readiness_follows_the_probe()
    {
        var space = await PodAsync("Always", "touch /tmp/ready; exec sleep 1000", """
            readinessProbe: {exec: {command: [test, -e, /tmp/ready]}, periodSeconds: 1, failureThreshold: 1}
            """);
        await cluster.WaitForAsync<V1Pod>("pod", space, Ready);
        var container = cluster.Containers(space, "pod")[0];

        await container.ExecAsync(["rm", "/tmp/ready"], TimeSpan.FromSeconds(5));
        await cluster.WaitForAsync<V1Pod>("pod", space, pod => !Ready(pod));
        await container.ExecAsync(["touch", "/tmp/ready"], TimeSpan.FromSeconds(5));

        var pod = await cluster.WaitForAsync<V1Pod>("pod", space, Ready);
        pod!.Status!.ContainerStatuses![0].RestartCount.ShouldBe(0);
    }

    [Fact]
    public async Task A_failing_liveness_probe_restarts_the_container()
    {
        var space = await PodAsync("Always", "exec sleep 1000", """
            livenessProbe: {tcpSocket: {port: 4242}, periodSeconds: 1, failureThreshold: 1}
            """, "terminationGracePeriodSeconds: 1");

        await cluster.WaitForAsync<V1Pod>("pod", space, pod => pod?.Status?.ContainerStatuses?[0].RestartCount >= 1);
    }

    [Fact]
    public async Task Secrets_are_files_that_change_with_the_secret()
    {
        var space = await fixture.NamespaceAsync();
        await cluster.ApplyAsync("{apiVersion: v1, kind: Secret, metadata: {name: keys}, stringData: {user: root, password: first}}", space);
        await cluster.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: pod}
            spec:
              securityContext: {runAsUser: 4711, fsGroup: 4712}
              volumes:
              - {name: keys, secret: {secretName: keys, defaultMode: 0400, items: [{key: password, path: db/password}]}}
              - {name: scratch, emptyDir: {}}
              containers:
              - name: main
                image: debian:12
                env: [{name: USER_NAME, valueFrom: {secretKeyRef: {name: keys, key: user}}}]
                command: [sh, -c, 'cat /keys/db/password; echo $USER_NAME; touch /scratch/mine; until grep -q second /keys/db/password; do sleep 0.1; done; echo changed; sleep 1000']
                volumeMounts: [{name: keys, mountPath: /keys, readOnly: true}, {name: scratch, mountPath: /scratch}]
            """, space);
        await LogAsync(space, "firstroot");

        await cluster.ApplyAsync("{apiVersion: v1, kind: Secret, metadata: {name: keys}, stringData: {user: root, password: second}}", space);

        await LogAsync(space, "changed");
    }

    [Fact]
    public async Task A_pod_waits_for_what_is_missing_and_says_what()
    {
        var space = await fixture.NamespaceAsync();
        await cluster.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: pod}
            spec:
              containers:
              - {name: main, image: nowhere/to-be:found, command: [sleep, "1000"], envFrom: [{secretRef: {name: later}}]}
            """, space);

        var pod = await cluster.WaitForAsync<V1Pod>("pod", space, pod => pod?.Status?.ContainerStatuses?[0].State?.Waiting?.Reason == "ImagePullBackOff");
        pod!.Status!.Phase.ShouldBe("Pending");
        cluster.Images["nowhere/to-be:found"] = new Images.ContainerImage();
        pod = await cluster.WaitForAsync<V1Pod>("pod", space, pod => pod?.Status?.ContainerStatuses?[0].State?.Waiting?.Reason == "CreateContainerConfigError");
        pod!.Status!.ContainerStatuses![0].State!.Waiting!.Message.ShouldBe("secret \"later\" not found");
        await cluster.ApplyAsync("{apiVersion: v1, kind: Secret, metadata: {name: later}, stringData: {A: b}}", space);
        await cluster.WaitForAsync<V1Pod>("pod", space, Ready);
    }

    [Fact]
    public async Task A_container_reaches_the_API_server_as_its_service_account()
    {
        var space = await fixture.NamespaceAsync();
        await cluster.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: pod}
            spec:
              restartPolicy: Never
              containers:
              - name: main
                image: debian:12
                command:
                - sh
                - -c
                - |
                  d=/var/run/secrets/kubernetes.io/serviceaccount
                  cat $d/namespace; echo
                  test -s $d/token && test -s $d/ca.crt && echo $KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT
            """, space);

        await cluster.WaitForAsync<V1Pod>("pod", space, pod => pod?.Status?.Phase == "Succeeded");

        (await cluster.LogsAsync(space, "pod")).ShouldBe($"{space}\n{new Uri(cluster.ApiServer.Url).Authority}\n");
    }

    [Fact]
    public async Task Init_containers_run_first_and_a_failed_one_fails_the_pod()
    {
        var space = await fixture.NamespaceAsync();
        await cluster.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: pod}
            spec:
              restartPolicy: Never
              volumes: [{name: shared, emptyDir: {}}]
              initContainers:
              - {name: one, image: "debian:12", command: [sh, -c, 'echo one > /shared/file'], volumeMounts: [{name: shared, mountPath: /shared}]}
              - {name: two, image: "debian:12", command: [sh, -c, 'cat /shared/file; exit 9'], volumeMounts: [{name: shared, mountPath: /shared}]}
              containers: [{name: main, image: "debian:12", command: [sleep, "1000"]}]
            """, space);

        var pod = await cluster.WaitForAsync<V1Pod>("pod", space, pod => pod?.Status?.Phase == "Failed");

        (await cluster.LogsAsync(space, "pod", "two")).ShouldBe("one\n");
        pod!.Status!.InitContainerStatuses![1].State!.Terminated!.ExitCode.ShouldBe(9);
        pod.Status.ContainerStatuses![0].State!.Waiting!.Reason.ShouldBe("PodInitializing");
    }

    [Fact]
    public async Task A_stopped_process_keeps_its_pod_and_goes_on_when_it_is_continued()
    {
        var space = await PodAsync("Always", "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.05; done");
        await LogAsync(space, "line 2");
        var container = cluster.Containers(space, "pod")[0];

        container.SignalAll(Signals.Stop);
        await Task.Delay(100);
        var frozen = await cluster.LogsAsync(space, "pod");
        await Task.Delay(300);
        (await cluster.LogsAsync(space, "pod")).ShouldBe(frozen);

        container.SignalAll(Signals.Continue);
        await cluster.WaitForAsync<V1Pod>("pod", space, _ => cluster.LogsAsync(space, "pod").Result.Length > frozen.Length);
    }

    internal static bool Ready(V1Pod? pod) =>
        pod?.Status?.Conditions?.Any(condition => condition.Type == "Ready" && condition.Status == "True") == true;

    // A container may write before the kubelet has heard that it started; only then can it be found.
    private async Task LogAsync(string space, string text) =>
        await cluster.WaitForAsync<V1Pod>(
            "pod",
            space,
            _ => cluster.LogsAsync(space, "pod").Result.Contains(text, StringComparison.Ordinal) && cluster.Containers(space, "pod").Count > 0,
            TimeSpan.FromSeconds(10));

    private async Task<string> PodAsync(string restartPolicy, string script, string containerSpec = "", string podSpec = "")
    {
        var space = await fixture.NamespaceAsync();
        await cluster.ApplyAsync($$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: pod}
            spec:
              restartPolicy: {{restartPolicy}}
              {{podSpec}}
              containers:
              - name: main
                image: debian:12
                command: [sh, -c, {{System.Text.Json.JsonSerializer.Serialize(script)}}]
                {{containerSpec}}
            """, space);
        return space;
    }
}
