using BackupOperator.Core.Catalogs;
using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Tests.Catalogs;

public sealed class CatalogPlannerTests
{
    private static readonly DateTimeOffset Now = new(2025, 3, 4, 5, 6, 7, TimeSpan.Zero);

    [Fact]
    public void Without_a_wish_nothing_happens_and_what_was_begun_is_taken_back()
    {
        Step(new()).ShouldBe(CatalogStep.Nothing);
        var running = Memory(CatalogPhase.Running);
        Step(new() { Memory = running, Job = Job() }).ShouldBe(CatalogStep.DeleteJob);
        Step(new() { Memory = running, Job = Job() with { Deleting = true } }).ShouldBe(CatalogStep.Nothing);
        Step(new() { Memory = running }).ShouldBe(CatalogStep.Forget);
    }

    [Theory]
    [InlineData(CatalogPhase.Waiting)]
    [InlineData(CatalogPhase.Running)]
    [InlineData(CatalogPhase.Imported)]
    [InlineData(CatalogPhase.Failed)]
    public void Another_wish_begins_anew_whatever_was_reached(CatalogPhase phase)
    {
        Step(new() { Wanted = "new" }).ShouldBe(CatalogStep.Begin);
        Step(new() { Wanted = "new", Memory = Memory(phase), PageReady = true, Job = Job() }).ShouldBe(CatalogStep.Begin);
    }

    [Fact]
    public void It_is_written_down_that_the_storage_is_read_before_it_is_known_that_nothing_is_deleted_there()
    {
        var waiting = new CatalogObservation { Wanted = "it", Memory = Memory(CatalogPhase.Waiting) };
        Step(waiting with { Job = Job(JobOutcome.Succeeded) }).ShouldBe(CatalogStep.DeleteJob);
        CatalogPlanner.Decide(waiting with { Obstacle = "x is being deleted" }, Now).ShouldSatisfyAllConditions(d => d.Step.ShouldBe(CatalogStep.Nothing), d => d.Message.ShouldBe("x is being deleted"));
        Step(waiting).ShouldBe(CatalogStep.Run);
        var running = waiting with { Memory = Memory(CatalogPhase.Running) };
        Step(running with { Obstacle = "y was marked meanwhile" }).ShouldBe(CatalogStep.StepBack);
        Step(running).ShouldBe(CatalogStep.CreateJob);
    }

    [Theory]
    [InlineData(JobOutcome.Active, CatalogStep.Nothing)]
    [InlineData(JobOutcome.Failed, CatalogStep.Fail)]
    [InlineData(JobOutcome.Succeeded, CatalogStep.Fail)]
    public void What_the_job_has_told_is_taken_however_it_ended(JobOutcome outcome, CatalogStep otherwise)
    {
        var running = new CatalogObservation { Wanted = "it", Memory = Memory(CatalogPhase.Running), Job = Job(outcome) };
        Step(running with { PageReady = true }).ShouldBe(CatalogStep.TakePage);
        Step(running with { PageReady = true, Job = null, Obstacle = "never mind" }).ShouldBe(CatalogStep.TakePage);
        Step(running).ShouldBe(otherwise);
    }

    [Fact]
    public void A_failure_is_tried_again_when_its_time_has_come()
    {
        var failed = new CatalogObservation { Wanted = "it", Memory = Memory(CatalogPhase.Failed) with { NextAttempt = Now.AddMinutes(2) } };
        CatalogPlanner.Decide(failed, Now).ShouldBe(new CatalogDecision(CatalogStep.Nothing, TimeSpan.FromMinutes(2)));
        CatalogPlanner.Decide(failed, Now.AddMinutes(2)).Step.ShouldBe(CatalogStep.Begin);
    }

    [Fact]
    public void The_rights_of_the_job_go_when_it_is_over_and_nothing_follows()
    {
        var imported = new CatalogObservation { Wanted = "it", Memory = Memory(CatalogPhase.Imported) with { HasJob = true } };
        Step(imported with { Job = Job() }).ShouldBe(CatalogStep.Nothing);
        Step(imported with { Job = Job(JobOutcome.Succeeded) }).ShouldBe(CatalogStep.CleanUp);
        Step(imported).ShouldBe(CatalogStep.CleanUp);
        CatalogPlanner.Decide(imported with { Memory = Memory(CatalogPhase.Imported) }, Now).ShouldBe(new CatalogDecision(CatalogStep.Nothing));
    }

    private static CatalogStep Step(CatalogObservation observation) => CatalogPlanner.Decide(observation, Now).Step;

    private static CatalogMemory Memory(CatalogPhase phase) => new(phase, "it");

    private static JobObservation Job(JobOutcome outcome = JobOutcome.Active) => new("uid", outcome, IsOurs: true, Deleting: false, null, null, null, 0, Expires: true);
}
