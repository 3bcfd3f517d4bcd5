using BackupOperator.LocalCluster.Controllers.Nodes;

namespace BackupOperator.LocalCluster.Tests.Controllers;

public sealed class NodeTests
{
    [Fact]
    public async Task A_power_cut_kills_everything_and_is_noticed_and_pods_come_back_with_the_power()
    {
        await using var cluster = await Cluster.StartAsync(new ClusterOptions
        {
            NodeLifecycle = new NodeLifecycleOptions { MonitorGrace = TimeSpan.FromSeconds(3), EvictionTimeout = TimeSpan.FromSeconds(60) },
        });
        await cluster.ApplyAsync("""
            {apiVersion: v1, kind: Pod, metadata: {name: server}, spec: {containers: [{name: main, image: "debian:12", command: [sleep, "1000"]}]}}
            ---
            {apiVersion: v1, kind: Pod, metadata: {name: task}, spec: {restartPolicy: Never, containers: [{name: main, image: "debian:12", command: [sleep, "1000"]}]}}
            ---
            {apiVersion: v1, kind: Pod, metadata: {name: done}, spec: {restartPolicy: Never, containers: [{name: main, image: "debian:12", command: ["true"]}]}}
            """);
        await cluster.WaitForAsync<V1Pod>("server", "default", PodTests.Ready);
        await cluster.WaitForAsync<V1Pod>("task", "default", PodTests.Ready);
        var done = await cluster.WaitForAsync<V1Pod>("done", "default", pod => pod?.Status?.Phase == "Succeeded");
        var pids = cluster.HostPids("default", "server").Concat(cluster.HostPids("default", "task")).ToList();
        pids.Count.ShouldBe(2);

        await cluster.Nodes[0].KillAsync();

        pids.ShouldAllBe(pid => !Directory.Exists($"/proc/{pid}"));
        (await cluster.Client.GetAsync<V1Pod>("task", "default"))!.Status!.Phase.ShouldBe("Running");
        await cluster.WaitForAsync<V1Node>("node-1", null, node => node!.Status!.Conditions!.Exists(condition => condition is { Type: "Ready", Status: "Unknown" }));
        await cluster.WaitForAsync<V1Pod>("server", "default", pod => !PodTests.Ready(pod));

        await cluster.Nodes[0].StartAsync();

        var server = await cluster.WaitForAsync<V1Pod>("server", "default", PodTests.Ready);
        server!.Status!.ContainerStatuses![0].RestartCount.ShouldBe(1);
        var task = await cluster.WaitForAsync<V1Pod>("task", "default", pod => pod?.Status?.Phase == "Failed");
        task!.Status!.ContainerStatuses![0].State!.Terminated!.ExitCode.ShouldBe(137);

        // What was over before is not touched.
        (await cluster.Client.GetAsync<V1Pod>("done", "default"))!.Metadata.ResourceVersion.ShouldBe(done!.Metadata.ResourceVersion);
        await cluster.Client.DeleteAsync<V1Pod>("done", "default");
        await cluster.WaitForAsync<V1Pod>("done", "default", pod => pod is null);
    }

    [Fact]
    public async Task A_pod_that_is_deleted_while_its_node_is_dark_goes_when_the_node_is_back()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.ApplyAsync("""
            {apiVersion: v1, kind: Pod, metadata: {name: server}, spec: {containers: [{name: main, image: "debian:12", command: [sleep, "1000"]}]}}
            """);
        await cluster.WaitForAsync<V1Pod>("server", "default", PodTests.Ready);
        await cluster.Nodes[0].KillAsync();
        await cluster.Client.DeleteAsync<V1Pod>("server", "default");
        (await cluster.Client.GetAsync<V1Pod>("server", "default")).ShouldNotBeNull();

        await cluster.Nodes[0].StartAsync();

        await cluster.WaitForAsync<V1Pod>("server", "default", pod => pod is null);
    }
}
