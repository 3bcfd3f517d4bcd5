using BackupOperator.Jobs;
using BackupOperator.Runs;

namespace BackupOperator.Tests.Runs;

public sealed class PodReaderTests
{
    private static readonly DateTimeOffset Now = new(2025, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_running_pod_is_alive_and_waits_for_nothing() =>
        Read(Pod("Running", new V1ContainerState { Running = new V1ContainerStateRunning() }))
            .ShouldSatisfyAllConditions(p => p.Alive.ShouldBeTrue(), p => p.WaitingFor.ShouldBeNull(), p => p.Termination.ShouldBeNull());

    [Fact]
    public void A_pod_without_a_node_tells_the_schedulers_words()
    {
        var pod = Pod("Pending");
        pod.Status!.Conditions = [new V1Condition { Type = "PodScheduled", Status = "False", Reason = "Unschedulable", Message = "0/3 nodes are available" }];

        Read(pod).WaitingFor.ShouldBe("Unschedulable: 0/3 nodes are available");
    }

    [Fact]
    public void A_pod_that_is_bound_to_a_node_tells_which()
    {
        var pod = Pod("Pending");
        pod.Spec = new V1PodSpec { Affinity = JobPlacement.Affinity(wanted: null, "node-7") };
        pod.Status!.Conditions = [new V1Condition { Type = "PodScheduled", Status = "False", Reason = "Unschedulable", Message = "1 node(s) were unschedulable" }];

        Read(pod).WaitingFor.ShouldNotBeNull().ShouldStartWith("Unschedulable: 1 node(s) were unschedulable; it must run on node node-7");
    }

    [Fact]
    public void A_pod_without_its_image_tells_the_kubelets_words() =>
        Read(Pod("Pending", new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = "ImagePullBackOff", Message = "no such image" } }))
            .WaitingFor.ShouldBe("ImagePullBackOff: no such image");

    [Fact]
    public void A_container_that_ended_is_dead_before_its_pod_says_so() =>
        Read(Pod("Running", new V1ContainerState { Terminated = new V1ContainerStateTerminated { ExitCode = 137, Reason = "OOMKilled" } }))
            .ShouldSatisfyAllConditions(p => p.Alive.ShouldBeFalse(), p => p.Termination!.Reason.ShouldBe("OOMKilled"));

    [Fact]
    public void A_pod_that_never_ran_is_told_apart_from_one_that_did_or_is_being_ended()
    {
        var waiting = new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = "ContainerCreating" } };
        Read(Pod("Pending", waiting)).IsUnstarted.ShouldBeTrue();
        Read(Pod("Pending")).IsUnstarted.ShouldBeTrue();
        Read(Pod("Running", waiting)).IsUnstarted.ShouldBeFalse();

        var initialized = Pod("Pending", waiting);
        initialized.Status!.InitContainerStatuses = [new V1ContainerStatus { Name = "proxy", State = new V1ContainerState { Running = new V1ContainerStateRunning() } }];
        Read(initialized).IsUnstarted.ShouldBeFalse();

        var ending = Pod("Pending", waiting);
        ending.Metadata.DeletionTimestamp = Now;
        Read(ending).IsUnstarted.ShouldBeFalse();
    }

    [Theory]
    [InlineData("Running", false, "container proxy")]
    [InlineData("Running", true, null)]
    [InlineData("Succeeded", false, null)]
    public void A_pod_that_another_container_keeps_from_ending_says_since_when(string phase, bool deleted, string? keptBy)
    {
        var pod = Pod(phase, new V1ContainerState { Terminated = new V1ContainerStateTerminated { ExitCode = 0, FinishedAt = Now.AddMinutes(-2) } });
        pod.Status!.ContainerStatuses!.Add(new V1ContainerStatus { Name = "proxy", State = new V1ContainerState { Running = new V1ContainerStateRunning() } });
        pod.Metadata.DeletionTimestamp = deleted ? Now : null;

        var read = Read(pod);

        read.KeptBy.ShouldBe(keptBy);
        read.LingersSince.ShouldBe(keptBy is null ? null : Now.AddMinutes(-2));
    }

    [Fact]
    public void The_termination_log_is_read_as_what_the_sidecar_wrote() =>
        Read(Pod("Failed", new V1ContainerState
        {
            Terminated = new V1ContainerStateTerminated
            {
                ExitCode = 67,
                Reason = "Error",
                Message = """{"reason":"StorageRefused","message":"no such bucket","retryable":false}""",
            },
        })).Termination!.Failure.ShouldBe(new RunFailureInfo("StorageRefused", "no such bucket", false));

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("panic: something")]
    [InlineData("""{"reason":1}""")]
    public void A_termination_log_that_is_none_of_ours_is_only_a_text(string text) =>
        Read(Pod("Failed", new V1ContainerState { Terminated = new V1ContainerStateTerminated { ExitCode = 1, Message = text } }))
            .Termination!.ShouldSatisfyAllConditions(t => t.Failure.ShouldBeNull(), t => t.Message.ShouldBe(text));

    [Fact]
    public void An_evicted_pod_tells_so_although_it_never_ran()
    {
        var pod = Pod("Failed");
        pod.Status!.Reason = "Evicted";
        pod.Status.Message = "The node was low on resource: ephemeral-storage";

        Read(pod).Termination.ShouldBe(new ContainerTermination(null, Reason: "Evicted", Message: "The node was low on resource: ephemeral-storage"));
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(120, false)]
    public void A_pod_that_should_be_long_gone_is_taken_for_dead(int secondsOverdue, bool alive)
    {
        var pod = Pod("Running", new V1ContainerState { Running = new V1ContainerStateRunning() });
        pod.Metadata.DeletionTimestamp = Now.AddSeconds(-secondsOverdue);

        Read(pod).ShouldSatisfyAllConditions(p => p.Alive.ShouldBe(alive), p => p.IsLost.ShouldBe(!alive));
    }

    [Fact]
    public void The_end_of_a_pod_began_before_its_time_of_grace()
    {
        var pod = Pod("Running");
        PodReader.EndsSince(pod).ShouldBeNull();
        pod.Metadata.DeletionTimestamp = Now;
        pod.Metadata.DeletionGracePeriodSeconds = 720;
        PodReader.EndsSince(pod).ShouldBe(Now.AddMinutes(-12));
    }

    private static PodObservation Read(V1Pod pod) => PodReader.Read(pod, Now);

    private static V1Pod Pod(string phase, V1ContainerState? state = null) => new()
    {
        Metadata = new V1ObjectMeta { Name = "p", CreationTimestamp = Now },
        Status = new V1PodStatus
        {
            Phase = phase,
            ContainerStatuses = state is null ? null : [new V1ContainerStatus { Name = "sidecar", State = state }],
        },
    };
}
