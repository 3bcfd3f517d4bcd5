namespace BackupOperator.LocalCluster.Tests.Controllers;

public sealed class StatefulSetTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private readonly Cluster cluster = fixture.Cluster;

    [Fact]
    public async Task Pods_come_in_order_with_their_names_labels_and_claims_and_go_last_first()
    {
        var space = await SetAsync(replicas: 2);

        var set = await SettledAsync(space, 2);

        set.Status!.ObservedGeneration.ShouldBe(set.Metadata.Generation);
        var zero = await GetAsync(space, "web-0");
        var one = await GetAsync(space, "web-1");
        zero!.Label("statefulset.kubernetes.io/pod-name").ShouldBe("web-0");
        zero!.Label("apps.kubernetes.io/pod-index").ShouldBe("0");
        zero!.Label("controller-revision-hash").ShouldBe(set.Status.UpdateRevision);
        zero!.ControllerReference()!.Uid.ShouldBe(set.Metadata.Uid);
        one!.Metadata.CreationTimestamp!.Value.ShouldBeGreaterThanOrEqualTo(zero!.Metadata.CreationTimestamp!.Value);
        (await cluster.LogsAsync(space, "web-1")).ShouldBe("web-1\n");
        File.ReadAllText(Path.Combine(cluster.ClaimFolder(space, "data-web-1"), "name")).ShouldBe("web-1\n");

        await ScaleAsync(space, 1);
        await cluster.WaitForAsync<V1Pod>("web-1", space, pod => pod is null);
        (await GetAsync(space, "web-0")).ShouldNotBeNull().Metadata.Uid.ShouldBe(zero.Metadata.Uid);
        File.Exists(Path.Combine(cluster.ClaimFolder(space, "data-web-1"), "name")).ShouldBeTrue();
    }

    [Fact]
    public async Task Scaled_to_zero_and_back_the_data_is_still_there()
    {
        var space = await SetAsync(replicas: 1);
        await SettledAsync(space, 1);
        var file = Path.Combine(cluster.ClaimFolder(space, "data-web-0"), "precious");
        await File.WriteAllTextAsync(file, "data");

        await ScaleAsync(space, 0);
        var down = await cluster.WaitForAsync<V1StatefulSet>("web", space, set => set?.Status?.Replicas == 0);
        down!.Status!.ReadyReplicas.ShouldBe(0);
        (await GetAsync(space, "web-0")).ShouldBeNull();
        await ScaleAsync(space, 1);
        await SettledAsync(space, 1);

        var container = cluster.Containers(space, "web-0")[0];
        (await container.ExecAsync(["cat", "/data/precious"], TimeSpan.FromSeconds(5))).Output.ShouldBe("data");
    }

    [Fact]
    public async Task A_new_template_replaces_the_pods_last_first()
    {
        var space = await SetAsync(replicas: 2);
        var before = await SettledAsync(space, 2);
        await cluster.Client.PatchAsync<V1StatefulSet>("web", space, KubernetesPatch.Merge(
            new System.Text.Json.Nodes.JsonObject { ["spec"] = new System.Text.Json.Nodes.JsonObject { ["template"] = new System.Text.Json.Nodes.JsonObject { ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["annotations"] = new System.Text.Json.Nodes.JsonObject { ["new"] = "yes" } } } } }));

        var after = await cluster.WaitForAsync<V1StatefulSet>("web", space, set =>
            set?.Status is { } status && status.UpdateRevision != before.Status!.UpdateRevision && status.CurrentRevision == status.UpdateRevision && status.ReadyReplicas == 2);

        after!.Status!.UpdatedReplicas.ShouldBe(2);
        (await GetAsync(space, "web-0"))!.Annotation("new").ShouldBe("yes");
    }

    [Fact]
    public async Task With_OnDelete_a_new_template_waits_for_deletions_and_the_current_revision_stays()
    {
        var space = await SetAsync(replicas: 2);
        var before = await SettledAsync(space, 2);
        await PatchAsync("""{"updateStrategy":{"type":"OnDelete"},"template":{"metadata":{"annotations":{"new":"yes"}}}}""");

        var staged = await cluster.WaitForAsync<V1StatefulSet>("web", space, set => set?.Status is { } status && status.UpdateRevision != before.Status!.UpdateRevision);
        staged!.Status.ShouldNotBeNull().ShouldSatisfyAllConditions(s => (s.UpdatedReplicas ?? 0).ShouldBe(0), s => s.ReadyReplicas.ShouldBe(2), s => s.Replicas.ShouldBe(2));
        foreach (var (name, updated) in new[] { ("web-1", 1), ("web-0", 2) })
        {
            await cluster.Client.DeleteAsync<V1Pod>(name, space);
            await cluster.WaitForAsync<V1StatefulSet>("web", space, set => set?.Status is { ReadyReplicas: 2, Replicas: 2 } status && status.UpdatedReplicas == updated);
        }

        var after = (await cluster.Client.GetAsync<V1StatefulSet>("web", space))!.Status!;
        after.UpdateRevision.ShouldBe(staged.Status!.UpdateRevision);
        after.CurrentRevision.ShouldBe(before.Status!.CurrentRevision, "Kubernetes carries it on for a rolling update only");

        Task PatchAsync(string spec) => cluster.Client.PatchAsync<V1StatefulSet>(
            "web", space, KubernetesPatch.Merge(new System.Text.Json.Nodes.JsonObject { ["spec"] = System.Text.Json.Nodes.JsonNode.Parse(spec) }));
    }

    [Fact]
    public async Task A_second_pod_on_a_ReadWriteOnce_claim_joins_the_first_on_its_node()
    {
        var space = await SetAsync(replicas: 1);
        await SettledAsync(space, 1);
        var node = (await GetAsync(space, "web-0"))!.Spec!.NodeName;
        for (var i = 0; i < 3; i++)
        {
            await cluster.ApplyAsync($$$"""
                apiVersion: v1
                kind: Pod
                metadata: {name: reader-{{{i}}}}
                spec:
                  restartPolicy: Never
                  volumes: [{name: data, persistentVolumeClaim: {claimName: data-web-0, readOnly: true}}]
                  containers:
                  - {name: main, image: "debian:12", command: [cat, /data/name], volumeMounts: [{name: data, mountPath: /data}]}
                """, space);
            var pod = await cluster.WaitForAsync<V1Pod>($"reader-{i}", space, pod => pod?.Status?.Phase == "Succeeded");
            pod!.Spec!.NodeName.ShouldBe(node);
        }

        (await cluster.LogsAsync(space, "reader-0")).ShouldBe("web-0\n");
        await cluster.ApplyAsync($$$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: elsewhere}
            spec:
              nodeSelector: {kubernetes.io/hostname: {{{(node == "node-1" ? "node-2" : "node-1")}}}}
              volumes: [{name: data, persistentVolumeClaim: {claimName: data-web-0}}]
              containers: [{name: main, image: "debian:12", command: [sleep, "1"]}]
            """, space);
        var waiting = await cluster.WaitForAsync<V1Pod>("elsewhere", space, pod => pod?.Status?.Conditions?.Exists(condition => condition is { Type: "PodScheduled", Status: "False" }) == true);
        waiting!.Status!.Conditions!.First(condition => condition.Type == "PodScheduled").Message.ShouldNotBeNull()
            .ShouldStartWith("0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had volume node affinity conflict.");
    }

    [Fact]
    public async Task A_deleted_claim_stays_while_a_pod_uses_it_and_its_successor_is_empty()
    {
        var space = await SetAsync(replicas: 1);
        await SettledAsync(space, 1);
        await cluster.Client.DeleteAsync<V1PersistentVolumeClaim>("data-web-0", space);
        (await cluster.Client.GetAsync<V1PersistentVolumeClaim>("data-web-0", space)).ShouldNotBeNull().Metadata.DeletionTimestamp.ShouldNotBeNull();

        await ScaleAsync(space, 0);

        await cluster.WaitForAsync<V1PersistentVolumeClaim>("data-web-0", space, claim => claim is null);
        Directory.Exists(cluster.ClaimFolder(space, "data-web-0")).ShouldBeFalse();
    }

    private Task<V1Pod?> GetAsync(string space, string name) => cluster.Client.GetAsync<V1Pod>(name, space);

    /// <summary>All pods are ready and have written their names.</summary>
    private async Task<V1StatefulSet> SettledAsync(string space, int replicas) => (await cluster.WaitForAsync<V1StatefulSet>(
        "web",
        space,
        set => set?.Status is { } status && status.ReadyReplicas == replicas && status.Replicas == replicas && status.UpdatedReplicas == replicas
            && Enumerable.Range(0, replicas).All(ordinal => cluster.LogsAsync(space, $"web-{ordinal}").Result == $"web-{ordinal}\n")))!;

    private Task<V1StatefulSet> ScaleAsync(string space, int replicas) => cluster.Client.PatchAsync<V1StatefulSet>(
        "web", space, KubernetesPatch.Merge(new System.Text.Json.Nodes.JsonObject { ["spec"] = new System.Text.Json.Nodes.JsonObject { ["replicas"] = replicas } }));

    private async Task<string> SetAsync(int replicas, string command = "hostname | tee /data/name; trap 'exit 0' TERM; while :; do sleep 0.05; done", string probe = "")
    {
        var space = await fixture.NamespaceAsync();
        await cluster.ApplyAsync($$$"""
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: web}
            spec:
              replicas: {{{replicas}}}
              serviceName: web
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers:
                  - name: main
                    image: debian:12
                    command: [sh, -c, {{{System.Text.Json.JsonSerializer.Serialize(command)}}}]
                    volumeMounts: [{name: data, mountPath: /data}]
                    {{{probe}}}
              volumeClaimTemplates:
              - metadata: {name: data}
                spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi} } }
            """, space);
        return space;
    }
}
