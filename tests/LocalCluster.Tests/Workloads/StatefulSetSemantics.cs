using System.Text.Json;
using System.Text.Json.Nodes;

namespace BackupOperator.LocalCluster.Tests.Workloads;

/// <summary>What the operator counts on in a StatefulSet; asked of LocalCluster, and of a real cluster where one is at hand.</summary>
public abstract class StatefulSetSemantics(WorkloadWorld world)
{
    [Fact]
    public async Task Pods_come_in_order_with_their_names_labels_and_claims_and_go_last_first()
    {
        var space = await SetAsync(replicas: 2);

        var set = await SettledAsync(space, 2);

        set.Status!.ObservedGeneration.ShouldBe(set.Metadata.Generation);
        var (zero, one) = (await PodAsync(space, "web-0"), await PodAsync(space, "web-1"));
        zero!.Label("statefulset.kubernetes.io/pod-name").ShouldBe("web-0");
        zero!.Label("apps.kubernetes.io/pod-index").ShouldBe("0");
        zero!.Label("controller-revision-hash").ShouldBe(set.Status.UpdateRevision);
        zero!.ControllerReference()!.Uid.ShouldBe(set.Metadata.Uid);
        zero!.Spec!.Volumes!.ShouldContain(volume => volume.PersistentVolumeClaim != null && volume.PersistentVolumeClaim.ClaimName == "data-web-0");
        one!.Metadata.CreationTimestamp!.Value.ShouldBeGreaterThanOrEqualTo(zero!.Metadata.CreationTimestamp!.Value);

        await ScaleAsync(space, 1);
        await world.WaitForAsync<V1Pod>("web-1", space, pod => pod is null);
        (await PodAsync(space, "web-0")).ShouldNotBeNull().Metadata.Uid.ShouldBe(zero.Metadata.Uid);
        (await world.Client.GetAsync<V1PersistentVolumeClaim>("data-web-1", space)).ShouldNotBeNull().Metadata.DeletionTimestamp.ShouldBeNull();
    }

    [Fact]
    public async Task Scaled_to_zero_and_back_it_is_another_pod_on_the_same_claim()
    {
        var space = await SetAsync(replicas: 1, "[ -e /data/precious ] && touch /tmp/ready; touch /data/precious; [ -e /data/second ] || { touch /data/second /tmp/ready; }");
        await SettledAsync(space, 1);
        var before = (await PodAsync(space, "web-0"))!;
        var claim = (await world.Client.GetAsync<V1PersistentVolumeClaim>("data-web-0", space))!;

        var scaled = await ScaleAsync(space, 0);
        scaled.Metadata.Generation.ShouldBe(2);
        var down = await world.WaitForAsync<V1StatefulSet>("web", space, set => set?.Status?.Replicas == 0);
        (down!.Status!.ReadyReplicas ?? 0).ShouldBe(0);
        down.Status.ObservedGeneration.ShouldBe(2);
        await world.WaitForAsync<V1Pod>("web-0", space, pod => pod is null);
        await ScaleAsync(space, 1);
        await SettledAsync(space, 1);

        (await PodAsync(space, "web-0"))!.Metadata.Uid.ShouldNotBe(before.Metadata.Uid);
        (await world.Client.GetAsync<V1PersistentVolumeClaim>("data-web-0", space))!.Metadata.Uid.ShouldBe(claim.Metadata.Uid);
    }

    [Fact]
    public async Task A_pod_that_is_being_stopped_says_so_and_is_there_until_it_has_ended()
    {
        var space = await SetAsync(replicas: 1, "touch /tmp/ready; trap 'sleep 2; exit 0' TERM", grace: 10);
        await SettledAsync(space, 1);

        await ScaleAsync(space, 0);

        var going = await world.WaitForAsync<V1Pod>("web-0", space, pod => pod is null || pod.Metadata.DeletionTimestamp is not null);
        going.ShouldNotBeNull().Metadata.DeletionGracePeriodSeconds.ShouldBe(10);
        await world.WaitForAsync<V1Pod>("web-0", space, pod => pod is null);
    }

    [Fact]
    public async Task An_annotation_leaves_the_generation_alone_and_replicas_do_not()
    {
        var space = await SetAsync(replicas: 1);
        var set = await SettledAsync(space, 1);

        var marked = await PatchAsync(space, new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["mark"] = "1" } } });
        marked.Metadata.Generation.ShouldBe(set.Metadata.Generation);
        var scaled = await PatchAsync(space, new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = marked.Metadata.ResourceVersion },
            ["spec"] = new JsonObject { ["replicas"] = 0 },
        });
        scaled.Metadata.Generation.ShouldBe(set.Metadata.Generation + 1);

        var stale = await Should.ThrowAsync<KubernetesApiException>(() => PatchAsync(space, new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = marked.Metadata.ResourceVersion },
            ["spec"] = new JsonObject { ["replicas"] = 1 },
        }));
        stale.IsConflict.ShouldBeTrue();
    }

    [Fact]
    public async Task A_lost_pod_comes_back_under_its_name()
    {
        var space = await SetAsync(replicas: 1);
        await SettledAsync(space, 1);
        var before = (await PodAsync(space, "web-0"))!;

        await world.Client.DeleteAsync<V1Pod>("web-0", space);

        await world.WaitForAsync<V1Pod>("web-0", space, pod => IsReady(pod) && pod!.Metadata.Uid != before.Metadata.Uid);
    }

    [Fact]
    public async Task A_pod_that_is_never_ready_holds_up_the_next_one_but_not_the_scale_down()
    {
        var space = await SetAsync(replicas: 2, "true");
        await world.WaitForAsync<V1Pod>("web-0", space, pod => pod?.Status?.Phase == "Running");
        (await PodAsync(space, "web-1")).ShouldBeNull();

        await ScaleAsync(space, 0);

        await world.WaitForAsync<V1Pod>("web-0", space, pod => pod is null);
    }

    [Fact]
    public async Task Claims_that_go_with_a_scale_down_do_go()
    {
        var space = await SetAsync(replicas: 1, more: "persistentVolumeClaimRetentionPolicy: {whenScaled: Delete, whenDeleted: Retain}");
        await SettledAsync(space, 1);

        await ScaleAsync(space, 0);

        await world.WaitForAsync<V1PersistentVolumeClaim>("data-web-0", space, claim => claim is null);
    }

    [Fact]
    public async Task A_StatefulSet_that_was_deleted_takes_its_pods_and_not_its_claims()
    {
        var space = await SetAsync(replicas: 1);
        await SettledAsync(space, 1);

        await world.Client.DeleteAsync<V1StatefulSet>("web", space);

        await world.WaitForAsync<V1Pod>("web-0", space, pod => pod is null);
        (await world.Client.GetAsync<V1PersistentVolumeClaim>("data-web-0", space)).ShouldNotBeNull().Metadata.DeletionTimestamp.ShouldBeNull();
    }

    private static bool IsReady(V1Pod? pod) => pod?.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) == true;

    private Task<V1Pod?> PodAsync(string space, string name) => world.Client.GetAsync<V1Pod>(name, space);

    private async Task<V1StatefulSet> SettledAsync(string space, int replicas) => (await world.WaitForAsync<V1StatefulSet>(
        "web", space, set => set?.Status is { } status && status.ReadyReplicas == replicas && status.Replicas == replicas && status.UpdatedReplicas == replicas))!;

    private Task<V1StatefulSet> ScaleAsync(string space, int replicas) =>
        PatchAsync(space, new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } });

    private Task<V1StatefulSet> PatchAsync(string space, JsonObject patch) => world.Client.PatchAsync<V1StatefulSet>("web", space, KubernetesPatch.Merge(patch));

    /// <param name="script">Run before the container waits for its end; ready is who touches /tmp/ready.</param>
    private async Task<string> SetAsync(int replicas, string script = "touch /tmp/ready", string more = "", int grace = 1)
    {
        var space = await world.NamespaceAsync();
        await world.ApplyAsync($$$"""
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: web}
            spec:
              replicas: {{{replicas}}}
              serviceName: web
              selector: {matchLabels: {app: web}}
              {{{more}}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  terminationGracePeriodSeconds: {{{grace}}}
                  containers:
                  - name: main
                    image: {{{world.Image}}}
                    imagePullPolicy: IfNotPresent
                    command: [sh, -c, {{{JsonSerializer.Serialize($"trap 'exit 0' TERM; rm -f /tmp/ready; {script}; while :; do sleep 0.05; done")}}}]
                    volumeMounts: [{name: data, mountPath: /data}, {name: scratch, mountPath: /tmp}]
                    readinessProbe: {exec: {command: [test, -e, /tmp/ready]}, periodSeconds: 1}
                  volumes: [{name: scratch, emptyDir: {}}]
              volumeClaimTemplates:
              - metadata: {name: data}
                spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi} } }
            """, space);
        return space;
    }
}
