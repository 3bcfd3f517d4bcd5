using BackupOperator.Core.Backups;
using BackupOperator.Metrics;

namespace BackupOperator.Tests.Metrics;

public sealed class TargetSurveyTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_last_result_counts_whichever_way_they_are_listed_and_a_cancelled_run_has_none()
    {
        MySqlBackup[] backups =
        [
            Backup("a", BackupPhase.Failed, hoursAgo: 2), Backup("b", BackupPhase.Completed, hoursAgo: 3), Backup("c", BackupPhase.Completed, hoursAgo: 9),
            Backup("d", BackupPhase.Cancelled, hoursAgo: 1), Backup("e", BackupPhase.Archiving, hoursAgo: 0),
        ];

        var summary = Of(Samples.StatefulSet(), backups).ShouldHaveSingleItem();

        summary.Backups.Ended!.Metadata.Name.ShouldBe("a");
        summary.Backups.Succeeded!.Metadata.Name.ShouldBe("b");
        summary.Restores.Ended.ShouldBeNull();
        summary.LeftStopped.ShouldBeFalse();
        Of(Samples.StatefulSet(), [.. backups.Reverse()]).Single().ShouldBe(summary);
    }

    [Fact]
    public void A_stateful_set_that_is_gone_or_was_never_a_target_has_no_summary()
    {
        TargetSurvey.Of([], [Backup("a", BackupPhase.Completed, 1)], [], Now).ShouldBeEmpty();
        Of(Samples.StatefulSet(), []).ShouldBeEmpty();
        var elsewhere = Samples.StatefulSet();
        elsewhere.Metadata.Namespace = "another";
        Of(elsewhere, [Backup("a", BackupPhase.Completed, 1)]).ShouldBeEmpty();
    }

    [Fact]
    public void A_database_that_its_run_has_stopped_is_not_left() =>
        Of(Marked("u-a"), [Backup("a", BackupPhase.Archiving, 0)]).Single().LeftStopped.ShouldBeFalse();

    [Fact]
    public void A_database_is_left_when_its_run_is_over_or_gone_or_late_or_its_mark_cannot_be_read()
    {
        Of(Marked("u-a"), [Backup("a", BackupPhase.Failed, 0)]).Single().LeftStopped.ShouldBeTrue("the run is over");
        Of(Marked("u-a"), []).Single().LeftStopped.ShouldBeTrue("the run is gone");
        Of(Marked("u-a", minutes: 0), [Backup("a", BackupPhase.Archiving, 0)]).Single().LeftStopped.ShouldBeTrue("the deadline is now");
        Of(Marked("u-other"), [Backup("a", BackupPhase.Archiving, 0)]).Single().LeftStopped.ShouldBeTrue("another one of that name");
        var torn = Samples.StatefulSet(0);
        torn.Metadata.Annotations = new Dictionary<string, string> { [QuiesceMark.Annotation] = "{torn" };
        Of(torn, [Backup("a", BackupPhase.Archiving, 0)]).Single().LeftStopped.ShouldBeTrue("the mark cannot be read");
    }

    [Fact]
    public void A_database_that_did_not_come_back_is_left_with_or_without_its_mark()
    {
        var run = Samples.Recorded(Backup("a", BackupPhase.Failed, 1));
        run.Status.Conditions = [new V1Condition { Type = "DatabaseRestored", Status = "False" }];
        Of(Samples.StatefulSet(0), [run]).Single().LeftStopped.ShouldBeTrue();
        Of(Samples.StatefulSet(1), [run]).Single().LeftStopped.ShouldBeFalse("someone has scaled up");
        run.Status.Phase = BackupPhase.Archiving;
        Of(Marked(run.Metadata.Uid!), [run]).Single().LeftStopped.ShouldBeTrue("the operator has been starting it since the sidecar died");
    }

    private static IReadOnlyList<TargetSummary> Of(V1StatefulSet set, MySqlBackup[] backups) => TargetSurvey.Of([set], backups, [], Now);

    private static MySqlBackup Backup(string name, BackupPhase phase, int hoursAgo)
    {
        var backup = Samples.Backup(name);
        backup.Metadata.Uid = "u-" + name;
        backup.Metadata.CreationTimestamp = Now.AddHours(-hoursAgo - 1);
        backup.Status.Phase = phase;
        backup.Status.StartTime = Now.AddHours(-hoursAgo - 1);
        backup.Status.CompletionTime = phase >= BackupPhase.Completed ? Now.AddHours(-hoursAgo) : null;
        return backup;
    }

    private static V1StatefulSet Marked(string run, int minutes = 5)
    {
        var set = Samples.StatefulSet(0);
        var mark = new QuiesceMark
        {
            Run = run,
            Kind = "MySqlBackup",
            Name = "a",
            Pod = "p",
            Replicas = 1,
            Since = Now.AddMinutes(-1),
            Deadline = Now.AddMinutes(minutes),
        };
        set.Metadata.Annotations = new Dictionary<string, string> { [QuiesceMark.Annotation] = mark.ToAnnotation() };
        return set;
    }
}
