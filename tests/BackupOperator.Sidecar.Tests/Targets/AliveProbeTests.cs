using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Sidecar.Runs;
using BackupOperator.Sidecar.Targets;
using BackupOperator.Sidecar.Tests.Runs;
using BackupOperator.TestSupport.Servers;
using BackupOperator.TestSupport.Time;

namespace BackupOperator.Sidecar.Tests.Targets;

public sealed class AliveProbeTests
{
    [Fact]
    public async Task A_real_server_answers_with_the_right_password_and_with_a_wrong_one_too()
    {
        await using var server = await RealMariaDb.StartNewAsync();
        await using var fixture = await RunFixture.StartAsync();
        var secrets = Directory.CreateTempSubdirectory("secret-").FullName;
        await File.WriteAllTextAsync(Path.Combine(secrets, "username"), server.User + "\n");
        await File.WriteAllTextAsync(Path.Combine(secrets, "password"), server.Password);
        var probe = Probe(fixture, run => run with { Target = run.Target with { Port = server.Port, HasCredentials = true } }, secrets);

        var seen = await probe.LookAsync(CancellationToken.None);
        seen.Answers.ShouldBeTrue(seen.Detail);
        seen.Detail.ShouldContain("SELECT 1");

        // A restore may have brought back older passwords. A rotated Secret is read at the next look.
        await File.WriteAllTextAsync(Path.Combine(secrets, "password"), "wrong secret");
        seen = await probe.LookAsync(CancellationToken.None);
        seen.Answers.ShouldBeTrue(seen.Detail);
        seen.Detail.ShouldContain("refuses the login");
        seen.Detail.ShouldNotContain("wrong secret");

        (await probe.IdentifyAsync(CancellationToken.None)).Version.ShouldNotBeNull().ShouldStartWith("10.11");
        await server.StopAsync();
        seen = await probe.LookAsync(CancellationToken.None);
        seen.Answers.ShouldBeFalse(seen.Detail);
        seen.Detail.ShouldContain("db-0 is Running");
        Directory.Delete(secrets, recursive: true);
    }

    [Fact]
    public async Task A_pod_that_is_gone_or_going_does_not_answer()
    {
        await using var fixture = await RunFixture.StartAsync(replicas: 0);
        var seen = await Probe(fixture, run => run).LookAsync(CancellationToken.None);
        (seen.Answers, seen.Detail).ShouldBe((false, "pod db-0 does not exist yet"));
    }

    [Theory]
    [InlineData(true, "db", 16, true)]
    [InlineData(false, "db", 16, false)]
    [InlineData(true, "mysqld", 16, false, "the probe is that of a container beside it")]
    [InlineData(false, "db", 61, false, "it is reached, and nobody listens")]
    public async Task Where_MySQL_cannot_be_reached_its_readiness_probe_speaks_for_it_after_a_while(bool hasProbe, string container, int seconds, bool answers, string because = "")
    {
        await using var fixture = await RunFixture.StartAsync(fitToStart: false, readinessProbe: hasProbe);
        await SetReadyAsync(fixture);
        var time = new FakeTimeProvider();
        var probe = Probe(fixture, run => run with { Target = run.Target with { Container = container } }, time: time);
        var first = await probe.LookAsync(CancellationToken.None);
        (first.Answers, first.Ready).ShouldBe((false, true), first.Detail);
        time.Advance(TimeSpan.FromSeconds(seconds));
        (await probe.LookAsync(CancellationToken.None)).Answers.ShouldBe(answers, because);
    }

    [Fact]
    public async Task Without_a_readiness_probe_a_server_that_nobody_lets_us_reach_has_to_run_for_a_minute()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var fixture = await RunFixture.StartAsync(fitToStart: false);
        await SetReadyAsync(fixture);
        var time = new FakeTimeProvider();
        var probe = Probe(fixture, run => run with { Target = run.Target with { Port = ((IPEndPoint)silent.LocalEndpoint).Port } }, time: time);
        (await probe.LookAsync(CancellationToken.None)).Answers.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(59));
        (await probe.LookAsync(CancellationToken.None)).Answers.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(2));
        var seen = await probe.LookAsync(CancellationToken.None);
        seen.Answers.ShouldBeTrue(seen.Detail);
        seen.Detail.ShouldContain("cannot be reached from here");
    }

    [Fact]
    public async Task What_a_Service_leads_to_says_nothing_of_the_pod()
    {
        await using var other = await RealMariaDb.StartNewAsync();
        await using var fixture = await RunFixture.StartAsync(fitToStart: false);
        var probe = Probe(fixture, run => run with { Target = run.Target with { Host = other.Host } });
        (await probe.LookAsync(CancellationToken.None)).Answers.ShouldBeFalse();
    }

    [Fact]
    public async Task A_container_beside_MySQL_that_ends_again_and_again_is_no_reason_to_give_up()
    {
        await using var fixture = await RunFixture.StartAsync(fitToStart: false);
        await SetStatusAsync(fixture, new JsonObject
        {
            ["containerStatuses"] = new JsonArray(Container("db", restarts: 0), Container("exporter", restarts: 5)),
        });
        (await Probe(fixture, run => run with { Target = run.Target with { Container = "db" } }).LookAsync(CancellationToken.None)).Hopeless.ShouldBeFalse();
        (await Probe(fixture, run => run with { Target = run.Target with { Container = "exporter" } }).LookAsync(CancellationToken.None)).Hopeless.ShouldBeTrue();

        static JsonObject Container(string name, int restarts) => new() { ["name"] = name, ["image"] = "x", ["imageID"] = "", ["ready"] = false, ["restartCount"] = restarts };
    }

    [Theory]
    [InlineData("node-b", true)]
    [InlineData("node-a", false)]
    [InlineData(null, false)]
    public async Task A_pod_on_another_node_than_the_claim_waits_for_the_end_of_this_one(string? own, bool elsewhere)
    {
        await using var fixture = await RunFixture.StartAsync(replicas: 0);
        fixture.Target.NeverStops = true;
        await fixture.Kubernetes.CreateAsync(new V1Pod
        {
            Metadata = new V1ObjectMeta { Name = "db-0", Namespace = RunFixture.Namespace },
            Spec = new V1PodSpec { NodeName = "node-a", Containers = [new V1Container { Name = "db", Image = "db" }] },
        });
        var time = new FakeTimeProvider();
        var probe = Probe(fixture, run => run with { Target = run.Target with { Node = own } }, time: time);
        (await probe.LookAsync(CancellationToken.None)).Elsewhere.ShouldBeFalse("most volumes need no attaching");
        time.Advance(TimeSpan.FromSeconds(21));
        var seen = await probe.LookAsync(CancellationToken.None);
        (seen.Answers, seen.Elsewhere).ShouldBe((false, elsewhere), seen.Detail);
    }

    private static Task SetReadyAsync(RunFixture fixture) => SetStatusAsync(fixture, new JsonObject
    {
        ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }),
    });

    private static Task SetStatusAsync(RunFixture fixture, JsonObject status) => fixture.Kubernetes.PatchAsync<V1Pod>(
        "db-0", RunFixture.Namespace, KubernetesPatch.Merge(new JsonObject { ["status"] = status }), "status");

    private static AliveProbe Probe(RunFixture fixture, Func<RunSpec, RunSpec> change, string secrets = "/nowhere", TimeProvider? time = null)
    {
        var run = change(fixture.Spec(RunKind.Backup));
        var settings = new RunSettings { PodName = "sidecar-1", MySqlCredentials = secrets };
        return new AliveProbe(new TargetClient(fixture.Kubernetes, run), run, settings, time ?? TimeProvider.System);
    }
}
