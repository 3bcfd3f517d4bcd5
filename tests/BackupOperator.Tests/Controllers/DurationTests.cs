using BackupOperator.Core.Backups;
using BackupOperator.Core.Restores;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

/// <summary>Durations that the schema lets pass and nobody can wait for.</summary>
public sealed class DurationTests
{
    private const string TooLong = "9999d";

    [Fact]
    public async Task A_backup_is_refused_with_the_field_and_the_way_out_and_holds_nobody_up()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        cluster.Options = cluster.Options with { MaxConcurrentRuns = 1 };
        var backup = Samples.Backup("long");
        backup.Spec.Timeouts.Queued = TooLong;
        await cluster.ApplyAsync(backup);
        var next = await cluster.ApplyAsync(Samples.Backup("next"));
        cluster.StartOperator();

        var refused = await cluster.BackupAsync("long", b => b.Status.Phase == BackupPhase.Failed, "Failed");
        refused.Status.Failure!.ShouldSatisfyAllConditions(
            f => f.Reason.ShouldBe(FailureReason.InvalidSpec),
            f => f.Retryable.ShouldBe(false),
            f => f.Message.ShouldNotBeNull().ShouldContain("spec.timeouts.queued: 9999d"),
            f => f.Message.ShouldNotBeNull().ShouldContain("3650d at most"));
        await (await cluster.SidecarAsync(next)).SucceedAsync();
        await cluster.BackupAsync("next", b => b.Status.Phase == BackupPhase.Completed, "Completed");
    }

    [Theory]
    [InlineData("cold.maxDowntime")]
    [InlineData("retention.ttl")]
    public async Task So_is_one_with_any_other_duration_that_is_too_long(string field)
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var backup = Samples.Backup();
        if (field == "retention.ttl")
        {
            backup.Spec.Retention = new BackupRetention { Ttl = TooLong };
        }
        else
        {
            backup.Spec.Cold.MaxDowntime = TooLong;
        }

        await cluster.ApplyAsync(backup);

        (await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "Failed"))
            .Status.Failure!.Message.ShouldNotBeNull().ShouldContain($"spec.{field}: 9999d");
    }

    [Fact]
    public async Task So_is_a_restore()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var restore = Samples.Restore();
        restore.Spec.Safety.KeepPrevious = TooLong;
        await cluster.ApplyAsync(restore);

        (await cluster.RestoreAsync("back", r => r.Status.Phase == RestorePhase.Failed, "Failed"))
            .Status.Failure!.Message.ShouldNotBeNull().ShouldContain("spec.safety.keepPrevious: 9999d");
    }

    [Fact]
    public async Task A_schedule_whose_backups_would_be_refused_says_so_itself()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var schedule = Samples.Schedule();
        schedule.Spec.Template.Spec.Timeouts.Total = TooLong;
        await cluster.ApplyAsync(schedule);

        (await cluster.ScheduleAsync("nightly", s => s.Status.Message is not null, "refused"))
            .Status.Message.ShouldNotBeNull().ShouldContain("spec.template.spec.timeouts.total: 9999d");
    }
}
