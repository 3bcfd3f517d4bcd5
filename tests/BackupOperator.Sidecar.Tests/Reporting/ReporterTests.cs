using System.Diagnostics;
using BackupOperator.Api.Entities;
using BackupOperator.Kubernetes.Client;
using BackupOperator.LocalCluster.ApiServer.Faults;
using BackupOperator.Sidecar.Reporting;
using BackupOperator.Sidecar.Tests.Runs;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupOperator.Sidecar.Tests.Reporting;

public sealed class ReporterTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Progress_is_sent_at_most_once_a_second_and_a_step_at_once()
    {
        await using var fixture = await RunFixture.StartAsync(replicas: 0);
        using var patches = Count(fixture);
        await using var reporter = Start(fixture);
        (await reporter.FlushAsync(Patience)).ShouldBeTrue();
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(2.2))
        {
            reporter.Progress(new RunProgress { BytesDone = Stopwatch.GetTimestamp() });
            await Task.Delay(5);
        }

        patches.Struck.ShouldBeInRange(3, 5);

        // It does not wait for the pause after the last progress.
        since = Stopwatch.GetTimestamp();
        reporter.Step(RunStep.Archiving);
        (await reporter.FlushAsync(Patience)).ShouldBeTrue();
        Stopwatch.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(0.9));
        (await fixture.ReportAsync()).Step.ShouldBe(RunStep.Archiving);
    }

    [Fact]
    public async Task An_API_that_is_away_keeps_nobody_waiting_and_gets_the_latest_state_when_it_is_back()
    {
        await using var fixture = await RunFixture.StartAsync(replicas: 0);
        await using var reporter = Start(fixture);
        (await reporter.FlushAsync(Patience)).ShouldBeTrue();
        var away = fixture.Server.Faults.Add(r => r.Resource == "mysqlbackups", Fault.Drop);
        var since = Stopwatch.GetTimestamp();
        reporter.Step(RunStep.Quiescing);
        reporter.Step(RunStep.Archiving);
        reporter.Update(report => report with { LockUnavailable = "because" });
        Stopwatch.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(0.2));
        (await reporter.FlushAsync(TimeSpan.FromSeconds(0.5))).ShouldBeFalse();

        away.Dispose();
        (await reporter.FlushAsync(Patience)).ShouldBeTrue();
        var report = await fixture.ReportAsync();
        (report.Step, report.LockUnavailable).ShouldBe((RunStep.Archiving, "because"));
    }

    [Fact]
    public async Task What_is_taken_back_goes_from_the_status()
    {
        await using var fixture = await RunFixture.StartAsync(replicas: 0);
        await using var reporter = Start(fixture);
        reporter.Update(report => report with { LockUnavailable = "because" });
        (await reporter.FlushAsync(Patience)).ShouldBeTrue();
        reporter.Update(report => report with { LockUnavailable = null });
        (await reporter.FlushAsync(Patience)).ShouldBeTrue();
        (await fixture.ReportAsync()).LockUnavailable.ShouldBeNull();
    }

    [Fact]
    public async Task A_resource_that_is_gone_is_not_told_for_ever()
    {
        await using var fixture = await RunFixture.StartAsync(replicas: 0);
        await using var reporter = Start(fixture);
        (await reporter.FlushAsync(Patience)).ShouldBeTrue();
        await fixture.Kubernetes.DeleteAsync<MySqlBackup>("run", RunFixture.Namespace);
        reporter.Step(RunStep.Archiving);
        (await reporter.FlushAsync(Patience)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_namesake_is_not_told_what_became_of_another()
    {
        await using var fixture = await RunFixture.StartAsync(replicas: 0);
        await using var reporter = Start(fixture);
        (await reporter.FlushAsync(Patience)).ShouldBeTrue();
        var first = (await fixture.Kubernetes.GetAsync<MySqlBackup>("run", RunFixture.Namespace))!;
        await fixture.Kubernetes.DeleteAsync<MySqlBackup>("run", RunFixture.Namespace);
        await fixture.Kubernetes.CreateAsync(new MySqlBackup { Metadata = new() { Name = "run", Namespace = RunFixture.Namespace }, Spec = first.Spec });

        reporter.Step(RunStep.Archiving);
        (await reporter.FlushAsync(Patience)).ShouldBeTrue();
        (await fixture.Kubernetes.GetAsync<MySqlBackup>("run", RunFixture.Namespace))!.Status.Report.ShouldBeNull();
    }

    private static Reporter Start(RunFixture fixture) => new(
        new RunResource(fixture.Kubernetes, fixture.Spec(RunKind.Backup)),
        new RunReport { Pod = "sidecar-1", Step = RunStep.Checking },
        TimeProvider.System,
        NullLogger<Reporter>.Instance);

    private static FaultRule Count(RunFixture fixture) =>
        fixture.Server.Faults.Add(r => r.Verb == "patch" && r.Resource == "mysqlbackups", Fault.Slow(TimeSpan.Zero));
}
