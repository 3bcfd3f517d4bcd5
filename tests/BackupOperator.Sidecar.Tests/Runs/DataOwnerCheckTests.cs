using BackupOperator.Core.Runs;
using BackupOperator.Kubernetes.Serialization;
using BackupOperator.Sidecar.Failures;
using BackupOperator.Sidecar.Runs;

namespace BackupOperator.Sidecar.Tests.Runs;

/// <summary>These need root, as all tests that run real servers do: files are given to others.</summary>
public sealed class DataOwnerCheckTests : IDisposable
{
    private readonly string _volume = Directory.CreateTempSubdirectory("owner-").FullName;

    private string Data => Path.Combine(_volume, "mysql");

    [Fact]
    public void The_owner_of_the_system_tablespace_may_go_on()
    {
        Give(27, 28);
        Should.NotThrow(() => Require(27));
    }

    [Fact]
    public void Anyone_else_is_told_whose_it_is()
    {
        Give(27, 28);
        var refused = Should.Throw<RunException>(() => Require(999));
        refused.ExitCode.ShouldBe(ExitCode.WrongUser);
        refused.Owner.ShouldBe(new FileOwner(27, 28));
        refused.Message.ShouldContain("27");
    }

    [Fact]
    public void Without_a_system_tablespace_the_folder_tells()
    {
        Directory.CreateDirectory(Data);
        RunFixture.ChangeOwner(Data, 1001, 0);
        Should.Throw<RunException>(() => Require(999)).Owner.ShouldBe(new FileOwner(1001, 0));
    }

    [Fact]
    public void Without_a_data_directory_the_volume_tells()
    {
        RunFixture.ChangeOwner(_volume, 1001, 0);
        Should.Throw<RunException>(() => Require(999)).Owner.ShouldBe(new FileOwner(1001, 0));
    }

    [Fact]
    public void A_file_system_that_calls_everything_roots_and_lets_others_in_is_good_enough()
    {
        Give(0, 0);
        Should.NotThrow(() => Require(999));
    }

    [Fact]
    public async Task A_wrong_user_is_told_in_the_termination_log_and_nothing_else_is_touched()
    {
        await using var fixture = await RunFixture.StartAsync();
        fixture.CheckUser = true;
        RunFixture.ChangeOwner(Path.Combine(fixture.DataDirectory, "ibdata1"), 27, 28);
        var before = (await fixture.StatefulSetAsync()).Metadata.ResourceVersion;

        (await fixture.RunAsync()).ShouldBe(ExitCode.WrongUser);

        (await fixture.StatefulSetAsync()).Metadata.ResourceVersion.ShouldBe(before);
        (await fixture.HasReportAsync()).ShouldBeFalse("a report would say that the run has begun");
        fixture.Archive.Calls.ShouldBeEmpty();
        var told = KubernetesJson.Deserialize<RunFailure>(await File.ReadAllTextAsync(fixture.TerminationLog))!;
        (told.Reason, told.Owner).ShouldBe((FailureReason.WrongUser, new FileOwner(27, 28)));
    }

    public void Dispose() => Directory.Delete(_volume, recursive: true);

    private void Give(int user, int group)
    {
        Directory.CreateDirectory(Data);
        File.WriteAllText(Path.Combine(Data, "ibdata1"), "x");
        RunFixture.ChangeOwner(Path.Combine(Data, "ibdata1"), user, group);
    }

    private void Require(long user) => DataOwnerCheck.Require(
        _volume, Data,
        new RunTarget
        {
            StatefulSet = "db",
            StatefulSetUid = "u",
            Replicas = 1,
            Ordinal = 0,
            Pod = "db-0",
            Claim = "data-db-0",
            ServerDataDirectory = "/var/lib/mysql",
            MaxDowntime = default,
            QuiesceTimeout = default,
            ResumeTimeout = default,
        },
        user, write: false);
}
