using BackupOperator.Api.Runs;

namespace BackupOperator.Api.Tests.Runs;

public sealed class RunSpecTests
{
    private static readonly RunSpec Run = new()
    {
        Kind = RunKind.Backup,
        ResourceKind = "MySqlBackup",
        Namespace = "shop",
        Name = "nightly",
        Uid = "u1",
        Path = "a/b",
        Storage = new RunStorage { S3 = new RunS3 { Bucket = "b", Tags = new Dictionary<string, string> { ["k"] = "v" } } },
        Target = new RunTarget
        {
            StatefulSet = "db",
            StatefulSetUid = "s1",
            Replicas = 3,
            Ordinal = 0,
            Pod = "db-0",
            Claim = "data-db-0",
            ServerDataDirectory = "/var/lib/mysql",
            MaxDowntime = TimeSpan.FromMinutes(30),
            QuiesceTimeout = TimeSpan.FromMinutes(10),
            ResumeTimeout = TimeSpan.FromDays(1.5),
        },
        Backup = new RunBackup { BackupId = "u1", Level = 3, Verification = "ReadBack" },
    };

    [Fact]
    public void The_sidecar_reads_what_the_operator_wrote()
    {
        var read = RunSpec.Parse(Run.ToJson());

        read.ToJson().ShouldBe(Run.ToJson());
        read.Target.ShouldBe(Run.Target);
        read.Backup.ShouldBe(Run.Backup);
        read.Storage.S3!.Tags.ShouldNotBeNull()["k"].ShouldBe("v");
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"kind":"Nonsense"}""")]
    public void What_is_no_run_is_refused(string json) => Should.Throw<System.Text.Json.JsonException>(() => RunSpec.Parse(json));

    [Fact]
    public void Final_exit_codes_are_the_ones_that_fail_a_job_at_once() =>
        Enum.GetValues<ExitCode>().Where(c => c is >= ExitCode.Usage and <= ExitCode.MaxDowntimeExceeded).Count().ShouldBe(12);
}
