using System.Text.Json.Nodes;
using BackupOperator.Guard;
using BackupOperator.Runs;
using BackupOperator.Statuses;
using BackupOperator.Tests.Scripted;
using BackupOperator.TestSupport.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupOperator.Tests.Guard;

public sealed class AlarmTests
{
    [Fact]
    public async Task A_database_that_stays_silent_is_told_of_by_the_hour_with_its_pod_and_what_is_wrong_with_it()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        cluster.Sets.PodsBecomeReady = false;
        await cluster.Client.DeleteAsync<V1Pod>("db-0", Samples.Namespace, new DeleteRequest(GracePeriodSeconds: 0));
        var pod = await Eventually.GetAsync(
            () => cluster.Client.GetAsync<V1Pod>("db-0", Samples.Namespace), p => p.Status?.Conditions?.Exists(c => c is { Type: "Ready", Status: "False" }) == true, "a pod that is not ready");
        await cluster.Client.CreateAsync(new V1Event
        {
            Metadata = new V1ObjectMeta { Name = "db-0.attach", Namespace = Samples.Namespace },
            InvolvedObject = pod.ToObjectReference(),
            Type = "Warning",
            Reason = "FailedAttachVolume",
            Message = "Multi-Attach error for volume \"pvc-1\"",
            LastTimestamp = DateTimeOffset.UtcNow,
        });
        await MarkAsync(cluster, "u-1");
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var events = new RecordingEvents();
        var guard = new StatefulSetGuardController(
            new GuardObserver(cluster.Client, new RunLookup(cluster.Client, () => [], () => [], 5), new PodAnswer(cluster.Database, time), time),
            new GuardActions(cluster.Client, new StatusWriter(cluster.Client), time), events, cluster.Notified, time, NullLogger<StatefulSetGuardController>.Instance);

        await LookAsync();
        cluster.Notified.All.ShouldBeEmpty("MySQL may take its time");

        await LookAsync(TimeSpan.FromMinutes(6));
        await LookAsync(TimeSpan.FromMinutes(1));
        var told = cluster.Notified.All.ShouldHaveSingleItem();
        told.Message.ShouldBe("MySQL of StatefulSet db has not come back: MySQL has not answered yet; pod db-0 runs and is not ready; the last warning: Multi-Attach error for volume \"pvc-1\".");
        told.Runbook.ShouldNotBeNull().ShouldContain("kubectl -n shop describe pod db-0");
        events.Messages.ShouldHaveSingleItem().ShouldStartWith(told.Message);

        await LookAsync(TimeSpan.FromHours(1));
        cluster.Notified.All.Count.ShouldBe(2, "an hour later");

        await MarkAsync(cluster, "u-2");
        await LookAsync();
        await LookAsync(TimeSpan.FromMinutes(4));
        cluster.Notified.All.Count.ShouldBe(2, "the mark of another run has a wait of its own");
        await LookAsync(TimeSpan.FromMinutes(2));
        cluster.Notified.All.Count.ShouldBe(3, "and its own alarm");

        async Task LookAsync(TimeSpan after = default)
        {
            time.Advance(after);
            await guard.ReconcileAsync(await cluster.SetAsync(), TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void A_pod_that_waits_tells_for_what_and_how_it_ended_before()
    {
        var waiting = new V1ContainerStateWaiting { Reason = "CrashLoopBackOff", Message = "back-off 5m0s" };
        var ended = new V1ContainerState { Terminated = new V1ContainerStateTerminated { Reason = "Error", ExitCode = 1 } };
        var status = new V1ContainerStatus { Name = "mysql", State = new V1ContainerState { Waiting = waiting }, LastState = ended };

        Describe(new V1PodStatus { Phase = "Running", ContainerStatuses = [status] })
            .ShouldBe("waits in container mysql: CrashLoopBackOff: back-off 5m0s; it ended with Error (exit code 1) before");
    }

    [Fact]
    public void A_pod_without_a_node_tells_the_schedulers_words() =>
        Describe(new V1PodStatus { Phase = "Pending", Conditions = [new V1Condition { Type = "PodScheduled", Status = "False", Reason = "Unschedulable", Message = "0/3 nodes are available" }] })
            .ShouldBe("has no node: Unschedulable: 0/3 nodes are available");

    [Fact]
    public void A_pod_that_is_overdue_tells_of_its_node()
    {
        var now = DateTimeOffset.UtcNow;
        var pod = new V1Pod { Metadata = new V1ObjectMeta { DeletionTimestamp = now.AddMinutes(-2) }, Spec = new V1PodSpec { NodeName = "node-7" } };
        DatabaseTrouble.Describe(pod, now).ShouldContain("node node-7 may be lost");
    }

    private static string Describe(V1PodStatus status) => DatabaseTrouble.Describe(new V1Pod { Metadata = new V1ObjectMeta(), Status = status }, DateTimeOffset.UtcNow);

    private static Task MarkAsync(ScriptedCluster cluster, string run) => cluster.PatchAsync<V1StatefulSet>("db", new JsonObject
    {
        ["metadata"] = new JsonObject
        {
            ["annotations"] = new JsonObject
            {
                [QuiesceMark.Annotation] = new QuiesceMark
                {
                    Run = run,
                    Kind = MySqlBackup.KindName,
                    Name = "gone",
                    Pod = "gone",
                    Replicas = 1,
                    Since = DateTimeOffset.UtcNow,
                    Deadline = DateTimeOffset.UtcNow,
                }.ToAnnotation(),
            },
        },
    });
}
