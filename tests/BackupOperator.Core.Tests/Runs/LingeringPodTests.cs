using BackupOperator.Core.Conditions;
using BackupOperator.Core.Runs;
using static BackupOperator.Core.Tests.Runs.World;

namespace BackupOperator.Core.Tests.Runs;

/// <summary>Something has put another container beside the sidecar, and the Job does not end with it.</summary>
public sealed class LingeringPodTests
{
    private const string Words = "Pod pod-1 is kept from ending by container proxy";

    [Fact]
    public void What_is_done_is_complete_a_minute_later_and_the_job_goes_in_the_clean_up()
    {
        Decide(Done(60)).Stage.ShouldBe(RunStage.Running);

        var done = Done(61);
        var completed = Decide(done);
        completed.Stage.ShouldBe(RunStage.Completed);
        completed.Conditions.Find(ConditionType.Complete)!.Message.ShouldStartWith(Words);
        Decide(done.After(completed)).Actions.ShouldBe(
            [new RunAction.ReleaseLease(), new RunAction.DeleteAccess(), new RunAction.DeleteJob(JobPurpose.Run, ActiveJob.Uid), new RunAction.RemoveFinalizer()]);
    }

    [Fact]
    public void While_MySQL_has_not_answered_the_run_waits_for_it() =>
        Decide(Done(61) with { Target = new TargetObservation("sts", 1, OwnMark) }).Stage.ShouldBe(RunStage.Running);

    [Fact]
    public void Without_a_result_it_has_failed() => Decide(Done(61) with { Report = At(SidecarStep.Verifying).Report }).Ending!.Reason.ShouldBe(RunReason.ResultMissing);

    [Fact]
    public void A_death_ends_the_run_and_its_job_is_deleted()
    {
        Decide(Dead(60)).Ending.ShouldBeNull();

        var dead = Dead(61);
        var ended = Decide(dead);
        ended.Ending!.Reason.ShouldBe(RunReason.SidecarDied);
        ended.Ending.Message.ShouldContain(Words);
        Decide(dead.After(ended)).Actions.ShouldBe([new RunAction.DeleteJob(JobPurpose.Run, ActiveJob.Uid)]);
    }

    [Fact]
    public void A_pod_of_another_job_says_nothing_about_this_one() =>
        Decide(Dead(61) with { Pods = [Dead(61).Pods[0] with { JobUid = "job-0" }] }).Ending.ShouldBeNull();

    [Theory]
    [InlineData(0, true)]
    [InlineData(137, false)]
    public void A_roll_back_counts_as_done_or_is_begun_anew(int exitCode, bool over)
    {
        var o = At(SidecarStep.Swapping).WithoutMark() with
        {
            Ending = new Ending(RunStage.Failed, RunReason.SidecarDied, "Died", false, Now.AddMinutes(-9)) { SidecarGoneAt = Now.AddMinutes(-9) },
            Job = null,
            RollBackJob = ActiveJob,
            Pods = [Lingers(61, exitCode)],
        };

        var decision = Decide(o);

        decision.Stage.IsOver().ShouldBe(over);
        decision.Actions.ShouldBe(over ? [] : [new RunAction.DeleteJob(JobPurpose.RollBack, ActiveJob.Uid)]);
    }

    private static RunObservation Done(int seconds) => Succeeded() with { Job = ActiveJob, Pods = [Lingers(seconds, 0)] };

    private static RunObservation Dead(int seconds) => At(SidecarStep.Archiving) with { Pods = [Lingers(seconds, 137)] };

    private static PodObservation Lingers(int seconds, int exitCode) => AlivePod with
    {
        Alive = false,
        Termination = new ContainerTermination(exitCode, Reason: "Error"),
        JobUid = ActiveJob.Uid,
        LingersSince = Now.AddSeconds(-seconds),
        KeptBy = "container proxy",
    };
}
