using System.Globalization;
using System.Text.Json.Nodes;
using BackupOperator.Core.Backups;
using BackupOperator.Core.Naming;
using BackupOperator.Core.Scheduling;
using BackupOperator.Kubernetes.Serialization;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

/// <summary>Schedules, with the operator at work; ticks are made due by what the status remembers.</summary>
public sealed class ScheduleTests
{
    [Fact]
    public async Task The_first_backup_is_taken_at_once_and_what_it_is_good_for_is_told()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var schedule = Samples.Schedule();
        schedule.Spec.Immediate = true;
        schedule.Spec.TimeZone = "Europe/Berlin";
        schedule.Spec.Template.Metadata = new BackupTemplateMetadata
        {
            Labels = new Dictionary<string, string> { ["team"] = "shop", [ScheduleMetadata.Schedule] = "another" },
            Annotations = new Dictionary<string, string> { ["why"] = "because" },
        };
        schedule = await cluster.ApplyAsync(schedule);

        var busy = await cluster.ScheduleAsync("nightly", s => s.Status.Active?.Count == 1 && s.Status.FirstBackup is not null, "the first backup");
        var backup = await cluster.BackupAsync(busy.Status.FirstBackup!, _ => true, "the backup");
        backup.Metadata.Labels.ShouldBe(new Dictionary<string, string> { ["team"] = "shop", [ScheduleMetadata.Schedule] = "nightly" }, ignoreOrder: true);
        backup.Annotation("why").ShouldBe("because");
        backup.Annotation(ScheduleMetadata.ScheduleUid).ShouldBe(schedule.Metadata.Uid);
        backup.Annotation(ScheduleMetadata.Cause).ShouldBe("Creation");
        backup.Metadata.OwnerReferences.ShouldBeNull("who deletes the schedule keeps its backups");
        busy.Status.Active![0].Uid.ShouldBe(backup.Metadata.Uid);
        Condition(busy, "Accepted").ShouldBe("True");
        Condition(busy, "Suspended").ShouldBe("False");
        Condition(busy, "LastBackupSucceeded").ShouldBeNull();
        busy.Status.NextScheduleTime!.Value.ToOffset(TimeSpan.FromHours(1)).ToString("MM-dd HH:mm", CultureInfo.InvariantCulture).ShouldBe("02-29 00:00");
        busy.Status.LastScheduleTime.ShouldBeNull();

        var sidecar = await cluster.SidecarAsync(backup);
        await sidecar.SucceedAsync();
        var idle = await cluster.ScheduleAsync("nightly", s => s.Status.LastSuccessfulTime is not null, "the success");
        idle.Status.Active.ShouldBeNull();
        Condition(idle, "LastBackupSucceeded").ShouldBe("True");
        idle.Status.Storage!.Backups.ShouldBe(1);
        idle.Status.Storage.Bytes.ShouldBe(1 << 20);
        idle.Status.Storage.Size.ShouldBe("1Mi");
        idle.Status.Recoverable!.From.ShouldBe(idle.Status.Recoverable.To);
        idle.Status.Recoverable.To.ShouldNotBeNull();
        (await cluster.EventAsync(schedule, "BackupCreated")).Message!.ShouldContain(backup.Metadata.Name!);

        await cluster.Client.DeleteAsync<MySqlBackupSchedule>("nightly", Samples.Namespace);
        await cluster.GoneAsync<MySqlBackupSchedule>("nightly", "the schedule goes");
        (await cluster.Client.GetAsync<MySqlBackup>(backup.Metadata.Name!, Samples.Namespace))!.Metadata.DeletionTimestamp.ShouldBeNull();
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(5, 4)]
    [InlineData(500, 499)]
    public async Task After_an_absence_the_last_tick_runs_once_and_the_others_are_told(int ticks, int missed)
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        var schedule = await AwayAsync(cluster, ticks);
        cluster.StartOperator();

        var now = await cluster.ScheduleAsync("nightly", s => s.Status.LastScheduleTime is not null, "the last tick");
        now.Status.Missed.ShouldBe(missed);
        now.Status.Skipped.ShouldBe(0);
        var backup = (await BackupsAsync(cluster)).ShouldHaveSingleItem();
        backup.Metadata.Name.ShouldBe(ScheduleNames.OfTick("nightly", now.Status.LastScheduleTime!.Value));
        backup.Annotation(ScheduleMetadata.ScheduledAt).ShouldBe(now.Status.LastScheduleTime.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        if (missed > 0)
        {
            var told = await cluster.EventAsync(schedule, "Missed");
            told.Type.ShouldBe("Warning");
            told.Message.ShouldStartWith($"{missed} ticks from ");
            cluster.Notified.All.ShouldHaveSingleItem().Message.ShouldBe(told.Message);
        }
    }

    [Fact]
    public async Task An_operator_that_dies_at_any_change_creates_no_second_backup_and_counts_nothing_twice()
    {
        for (var change = 1; change <= 2; change++)
        {
            foreach (var isMade in new[] { true, false })
            {
                await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
                await AwayAsync(cluster, ticks: 3);
                DyingClient? dying = null;
                cluster.StartOperator(real => dying = new DyingClient(real, change, isMade));
                while (dying is null)
                {
                    await Task.Delay(5, TestContext.Current.CancellationToken);
                }

                await dying.Died.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
                await cluster.StopOperatorAsync();
                cluster.StartOperator();

                var now = await cluster.ScheduleAsync("nightly", s => s.Status.LastScheduleTime is not null, "the last tick");
                now.Status.Missed.ShouldBe(2, $"death at change {change}");
                (await BackupsAsync(cluster)).ShouldHaveSingleItem();
            }
        }
    }

    [Fact]
    public async Task A_token_takes_a_backup_once_and_Forbid_lets_the_next_wait()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var schedule = Samples.Schedule();
        schedule.Spec.Suspend = true;
        await cluster.ApplyAsync(schedule);
        await TriggerAsync(cluster, "one");
        var first = await cluster.ScheduleAsync("nightly", s => s.Status.Triggers?.Count == 1 && s.Status.Active?.Count == 1, "the first");
        await TriggerAsync(cluster, "two");
        var sidecar = await cluster.SidecarAsync(await cluster.BackupAsync(first.Status.Triggers![0].Backup!, _ => true, "the backup"));
        (await BackupsAsync(cluster)).ShouldHaveSingleItem();
        await sidecar.SucceedAsync();

        var second = await cluster.ScheduleAsync("nightly", s => s.Status.Triggers?.Count == 2, "the second");
        second.Status.Triggers!.Select(t => t.Token).ShouldBe(["one", "two"]);
        Condition(second, "Suspended").ShouldBe("True");
        second.Status.NextScheduleTime.ShouldBeNull();
        await TriggerAsync(cluster, "one");
        await cluster.PatchAsync<MySqlBackupSchedule>("nightly", new JsonObject { ["spec"] = new JsonObject { ["jitter"] = "1m" } });
        await cluster.ScheduleAsync("nightly", s => s.Status.ObservedGeneration == 2, "another look");
        (await BackupsAsync(cluster)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Replace_cancels_the_backup_that_is_under_way_and_queues_behind_it()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var schedule = Samples.Schedule();
        schedule.Spec.Immediate = true;
        schedule.Spec.ConcurrencyPolicy = ConcurrencyPolicy.Replace;
        await cluster.ApplyAsync(schedule);
        var first = (await cluster.ScheduleAsync("nightly", s => s.Status.FirstBackup is not null, "the first")).Status.FirstBackup!;
        var sidecar = await cluster.SidecarAsync(await cluster.BackupAsync(first, _ => true, "the backup"));
        await sidecar.AtAsync(RunStep.Precopying);
        await TriggerAsync(cluster, "now");

        await cluster.BackupAsync(first, b => b.Spec.Cancel, "the cancellation");
        var second = (await cluster.ScheduleAsync("nightly", s => s.Status.Triggers?.Count == 1, "the second")).Status.Triggers![0].Backup!;
        await cluster.BackupAsync(first, b => b.Status.Phase == BackupPhase.Cancelled, "Cancelled");
        await (await cluster.SidecarAsync(await cluster.BackupAsync(second, _ => true, "the backup"))).SucceedAsync();
        var done = await cluster.ScheduleAsync("nightly", s => s.Status.LastSuccessfulTime is not null, "the success");
        done.Status.ConsecutiveFailures.ShouldBe(0);
    }

    [Fact]
    public async Task Two_schedules_of_one_database_queue_and_the_incremental_one_builds_on_the_full_one()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var weekly = Samples.Schedule("weekly");
        weekly.Spec.Immediate = true;
        await cluster.ApplyAsync(weekly);
        var full = (await cluster.ScheduleAsync("weekly", s => s.Status.FirstBackup is not null, "the full one")).Status.FirstBackup!;
        var first = await cluster.SidecarAsync(await cluster.BackupAsync(full, _ => true, "the backup"));

        var daily = Samples.Schedule("daily");
        daily.Spec.Immediate = true;
        daily.Spec.Template.Spec.Type = BackupType.Incremental;
        await cluster.ApplyAsync(daily);
        var incremental = (await cluster.ScheduleAsync("daily", s => s.Status.FirstBackup is not null, "the incremental one")).Status.FirstBackup!;
        await cluster.BackupAsync(incremental, b => b.Status.Phase == BackupPhase.Queued, "it queues");
        await first.SucceedAsync();

        var second = await cluster.SidecarAsync(await cluster.BackupAsync(incremental, _ => true, "the backup"));
        second.Run.Backup!.Parents.ShouldHaveSingleItem().Path.ShouldBe(first.Run.Path);
        await second.SucceedAsync();
        (await cluster.ScheduleAsync("daily", s => s.Status.LastSuccessfulTime is not null, "the success")).Status.Storage!.Backups.ShouldBe(1, "each counts its own");
    }

    [Fact]
    public async Task Failures_are_counted_beyond_the_resources_that_stay()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var schedule = Samples.Schedule();
        schedule.Spec.History.Failed = 1;
        await cluster.ApplyAsync(schedule);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await TriggerAsync(cluster, $"token{attempt}");
            var name = (await cluster.ScheduleAsync("nightly", s => s.Status.Triggers?.Count == attempt, "the next one")).Status.Triggers![^1].Backup!;
            var sidecar = await cluster.SidecarAsync(await cluster.BackupAsync(name, _ => true, "the backup"));
            await sidecar.DieAsync(exitCode: 66, failure: new RunFailure { Reason = FailureReason.InvalidSpec, Message = "no", Retryable = false });
            await cluster.ScheduleAsync("nightly", s => s.Status.ConsecutiveFailures == attempt, $"{attempt} failures");
        }

        await Eventually.GetAsync(async () => (await BackupsAsync(cluster)).Count == 1 ? "one" : null, _ => true, "one of them stays");
        var sick = await cluster.ScheduleAsync("nightly", s => Condition(s, "LastBackupSucceeded") == "False", "the condition");
        (await cluster.EventAsync(sick, "RunFailed")).Type.ShouldBe("Warning");
    }

    [Fact]
    public async Task What_became_of_the_backups_is_summed_up_once_and_outlives_operators_and_resources()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var schedule = Samples.Schedule();
        schedule.Spec.Suspend = true;
        schedule.Spec.History.Failed = 0;
        await cluster.ApplyAsync(schedule);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await TriggerAsync(cluster, $"token{attempt}");
            var name = (await cluster.ScheduleAsync("nightly", s => s.Status.Triggers?.Count == attempt, "the next one")).Status.Triggers![^1].Backup!;
            var sidecar = await cluster.SidecarAsync(await cluster.BackupAsync(name, _ => true, "the backup"));
            if (attempt == 2)
            {
                await sidecar.SucceedAsync();
            }
            else
            {
                await sidecar.DieAsync(exitCode: 66, failure: new RunFailure { Reason = FailureReason.InvalidSpec, Message = "no", Retryable = false });
            }

            var seen = await cluster.ScheduleAsync("nightly", s => s.Status.Statistics?.LastDay is { } d && d.Succeeded + d.Failed == attempt, $"{attempt} results");
            seen.Status.Statistics!.Counted!.Backups!.Select(b => b.Name).ShouldContain(name);
        }

        var backups = await BackupsAsync(cluster);
        foreach (var backup in backups)
        {
            await cluster.Client.DeleteAsync<MySqlBackup>(backup.Metadata.Name!, Samples.Namespace);
        }

        await Eventually.GetAsync(async () => (await BackupsAsync(cluster)).Count == 0 ? "none" : null, _ => true, "no resource is left");
        await cluster.StopOperatorAsync();
        var before = await cluster.ScheduleAsync("nightly", _ => true, "as it is");
        cluster.StartOperator();
        await cluster.PatchAsync<MySqlBackupSchedule>("nightly", new JsonObject { ["spec"] = new JsonObject { ["jitter"] = "1m" } });
        var after = await cluster.ScheduleAsync("nightly", s => s.Status.ObservedGeneration == s.Metadata.Generation && s.Status.Storage?.Backups == 0, "another look");
        KubernetesJson.Serialize(after.Status.Statistics!).ShouldBe(KubernetesJson.Serialize(before.Status.Statistics!));
        var (day, month) = (after.Status.Statistics!.LastDay!, after.Status.Statistics.LastMonth!);
        (day.Succeeded, day.Failed, day.SuccessPercent, day.MeanLogicalBytes).ShouldBe((1, 2, 33.3, month.MeanLogicalBytes));
        month.MeanStoredBytes.ShouldBe(1 << 20);
        month.MeanDurationSeconds.ShouldNotBeNull();
        after.Status.ConsecutiveFailures.ShouldBe(1);
        after.Status.IntervalSeconds.ShouldBe(after.Status.IntervalSeconds!.Value / 86_400 * 86_400);

        // With nothing to say it writes nothing.
        await Task.Delay(500, TestContext.Current.CancellationToken);
        (await cluster.ScheduleAsync("nightly", _ => true, "as it is")).Metadata.ResourceVersion.ShouldBe(after.Metadata.ResourceVersion);
    }

    [Theory]
    [InlineData("""{"timeZone":"Europe/Atlantis"}""", "spec.timeZone: time zone 'Europe/Atlantis' is unknown")]
    [InlineData("""{"schedule":"0 25 * * *"}""", "spec.schedule: '0 25 * * *' is no schedule: '25' is no hour")]
    [InlineData("""{"schedule":"0 0 31 2 *"}""", "names a day that never comes")]
    [InlineData("""{"template":{"spec":{"naming":{"pathTemplate":"{uid}/{nonsense}"}}}}""", "spec.template.spec.naming.pathTemplate")]
    public async Task What_only_the_operator_can_refuse_is_refused_and_taken_once_it_is_mended(string change, string words)
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var schedule = Samples.Schedule();
        schedule.Spec.Immediate = true;
        schedule.Spec.Suspend = true;
        await cluster.ApplyAsync(schedule);
        await cluster.PatchAsync<MySqlBackupSchedule>("nightly", new JsonObject { ["spec"] = JsonNode.Parse(change) });
        var refused = await cluster.ScheduleAsync("nightly", s => Condition(s, "Accepted") == "False", "the refusal");
        refused.Status.Message!.ShouldContain(words);
        (await cluster.EventAsync(refused, "InvalidSchedule")).Message!.ShouldContain(words);

        await cluster.PatchAsync<MySqlBackupSchedule>(
            "nightly",
            JsonNode.Parse("""{"spec":{"suspend":false,"schedule":"@daily","timeZone":"Europe/Berlin","template":{"spec":{"naming":{"pathTemplate":"{uid}"}}}}}""")!.AsObject());
        await cluster.ScheduleAsync("nightly", s => Condition(s, "Accepted") == "True" && s.Status.FirstBackup is not null, "it is taken");
    }

    [Fact]
    public async Task A_name_that_is_taken_is_told_and_the_tick_goes_on_waiting()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await AwayAsync(cluster, ticks: 1);
        var tick = new DateTimeOffset(DateTimeOffset.UtcNow.UtcTicks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, TimeSpan.Zero);
        var other = Samples.Backup(ScheduleNames.OfTick("nightly", tick));
        other.Spec.Target.StatefulSet = "elsewhere";
        await cluster.ApplyAsync(other);
        cluster.StartOperator();

        var waiting = await cluster.ScheduleAsync("nightly", s => s.Status.Waiting is not null, "it waits");
        waiting.Status.Waiting!.Reason.ShouldBe(WaitReason.Refused);
        waiting.Status.Message!.ShouldContain(other.Metadata.Name!);
        waiting.Status.LastScheduleTime.ShouldBeNull();
    }

    [Fact]
    public async Task A_sick_target_is_left_alone_where_that_is_asked_for()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await AwayAsync(cluster, ticks: 1, s => s.Spec.Preconditions.TargetHealthy = true);
        await cluster.PatchAsync<V1StatefulSet>("db", new JsonObject { ["spec"] = new JsonObject { ["replicas"] = 0 } });
        cluster.StartOperator();

        var waiting = await cluster.ScheduleAsync("nightly", s => s.Status.Waiting is not null, "it waits");
        waiting.Status.Waiting!.Message.ShouldBe("StatefulSet db has no replicas");
        (await BackupsAsync(cluster)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_tick_whose_replicas_stay_behind_is_skipped_and_is_no_failure()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        var schedule = await AwayAsync(cluster, ticks: 1, s =>
        {
            s.Spec.Preconditions.MaxReplicaLagSeconds = 30;
            s.Spec.Template.Spec.Target.Connection = new DatabaseConnection { SecretRef = new CredentialsReference { Name = "db" } };
        });
        cluster.StartOperator();
        var started = await cluster.ScheduleAsync("nightly", s => s.Status.LastScheduleTime is not null, "the tick");
        var name = ScheduleNames.OfTick("nightly", started.Status.LastScheduleTime!.Value);
        var sidecar = await cluster.SidecarAsync(await cluster.BackupAsync(name, _ => true, "the backup"));
        sidecar.Run.Backup!.ReplicaLag.ShouldBe(new RunLagLimit(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(7.5)));
        await sidecar.DieAsync(exitCode: 78, failure: new RunFailure { Reason = FailureReason.PreconditionUnmet, Message = "pod db-0 is 90 s behind", Retryable = false });

        var cancelled = await cluster.BackupAsync(name, b => b.Status.Phase is BackupPhase.Cancelled or BackupPhase.Failed, "the end");
        (cancelled.Status.Phase, cancelled.Status.Failure, cancelled.Status.Message).ShouldBe((BackupPhase.Cancelled, null, "pod db-0 is 90 s behind"));
        var skipped = await cluster.ScheduleAsync("nightly", s => s.Status.Skipped == 1, "it is counted");
        (skipped.Status.ConsecutiveFailures, skipped.Status.LastSuccessfulTime, Condition(skipped, "LastBackupSucceeded")).ShouldBe((0, null, null));
        (await cluster.EventAsync(schedule, "Skipped")).Message!.ShouldEndWith("is skipped: pod db-0 is 90 s behind");
        cluster.Notified.All.ShouldBeEmpty();
        (await cluster.SetAsync()).Annotation(QuiesceMark.Annotation).ShouldBeNull();

        // Whoever asks by hand does not wait for replicas.
        await TriggerAsync(cluster, "now");
        var byHand = (await cluster.ScheduleAsync("nightly", s => s.Status.Triggers?.Count == 1, "the backup by hand")).Status.Triggers![0].Backup!;
        (await cluster.SidecarAsync(await cluster.BackupAsync(byHand, _ => true, "the backup"))).Run.Backup!.ReplicaLag.ShouldBeNull();
    }

    /// <summary>An hourly schedule that has seen no operator for so many ticks.</summary>
    private static async Task<MySqlBackupSchedule> AwayAsync(ScriptedCluster cluster, int ticks, Action<MySqlBackupSchedule>? configure = null)
    {
        var schedule = Samples.Schedule();
        schedule.Spec.Schedule = "@hourly";
        configure?.Invoke(schedule);
        await cluster.ApplyAsync(schedule);
        var lastTick = DateTimeOffset.UtcNow.UtcTicks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour;
        var since = new DateTimeOffset(lastTick, TimeSpan.Zero).AddHours(-ticks);
        return await cluster.Client.PatchAsync<MySqlBackupSchedule>(
            "nightly", Samples.Namespace,
            KubernetesPatch.Merge(new JsonObject
            {
                ["status"] = new JsonObject
                {
                    ["observedSchedule"] = "@hourly Etc/UTC",
                    ["accountedUntil"] = since.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                },
            }),
            "status");
    }

    private static Task TriggerAsync(ScriptedCluster cluster, string token) => cluster.PatchAsync<MySqlBackupSchedule>(
        "nightly", new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [ScheduleMetadata.Trigger] = token } } });

    private static async Task<IReadOnlyList<MySqlBackup>> BackupsAsync(ScriptedCluster cluster) => (await cluster.Client.ListAsync<MySqlBackup>(Samples.Namespace)).Items;

    private static string? Condition(MySqlBackupSchedule schedule, string type) => schedule.Status.Conditions?.Find(c => c.Type == type)?.Status;
}
