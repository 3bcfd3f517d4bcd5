using BackupOperator.Backups;
using BackupOperator.Core.Backups;

namespace BackupOperator.Tests.Controllers;

public sealed class ExpiryTests
{
    private static readonly DateTimeOffset Now = new(2025, 1, 10, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("7d", 7, true)]
    [InlineData("7d", null, false)]
    [InlineData("8d", 7, false)]
    [InlineData(null, 7, false)]
    [InlineData("1d", 1, false)]
    public void Only_what_is_written_down_and_still_to_come_is_left_to_its_timer(string? ttl, int? expiresAfterDays, bool waits)
    {
        var backup = Samples.Backup();
        backup.Spec.Retention = new BackupRetention { Ttl = ttl };
        var completed = Now.AddDays(-2);
        backup.Status.Phase = BackupPhase.Completed;
        backup.Status.CompletionTime = completed;
        backup.Status.ExpiresAt = expiresAfterDays is { } days ? completed.AddDays(days) : null;

        MySqlBackupController.WaitsToExpire(backup, Now).ShouldBe(waits);
        MySqlBackupController.IsOfInterest(backup).ShouldBeTrue("a change of it is looked at");
    }

    [Fact]
    public void A_backup_was_taken_before_it_was_complete_whatever_the_clock_of_its_node_says()
    {
        var status = new MySqlBackupStatus { CompletionTime = Now, Report = new RunReport { Step = RunStep.Done, LockedAt = Now.AddMinutes(-2) } };
        BackupCatalogue.TakenAt(status).ShouldBe(Now.AddMinutes(-2));
        status.Report = status.Report with { LockedAt = Now.AddHours(1) };
        BackupCatalogue.TakenAt(status).ShouldBe(Now);
        status.CompletionTime = null;
        BackupCatalogue.TakenAt(status).ShouldBe(Now.AddHours(1));
    }
}
