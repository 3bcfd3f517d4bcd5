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
        Copies = [new RunCopy(2, new RunStorage { Volume = new RunVolume { Claim = "nfs", Folder = "f" } })],
        Encryption = new RunEncryption("2025"),
        Backup = new RunBackup
        {
            BackupId = "u1",
            Type = "Incremental",
            Parents = [new RunParent("u0", "a/a", "sha256:00")],
            Level = 3,
            Verification = "ReadBack",
        },
    };

    [Fact]
    public void The_sidecar_reads_what_the_operator_wrote()
    {
        var read = RunSpec.Parse(Run.ToJson());

        read.ToJson().ShouldBe(Run.ToJson());
        read.Target.ShouldBe(Run.Target);
        read.Backup!.Parents.ShouldBe(Run.Backup!.Parents);
        (read.Backup with { Parents = Run.Backup.Parents }).ShouldBe(Run.Backup);
        read.Copies.ShouldBe(Run.Copies);
        read.Encryption.ShouldBe(Run.Encryption);
        read.Storage.S3!.Tags.ShouldNotBeNull()["k"].ShouldBe("v");
    }

    [Fact]
    public void What_an_older_operator_wrote_is_a_full_backup_in_the_clear_without_copies()
    {
        var old = System.Text.Json.Nodes.JsonNode.Parse(Run.ToJson())!.AsObject();
        old.Remove("copies");
        old.Remove("encryption");
        old["backup"]!.AsObject().Remove("type");
        old["backup"]!.AsObject().Remove("parents");

        RunSpec.Parse(old.ToJsonString()).ShouldSatisfyAllConditions(
            r => r.Copies.ShouldBeEmpty(), r => r.Encryption.ShouldBeNull(), r => r.Backup!.Type.ShouldBe("Full"), r => r.Backup!.Parents.ShouldBeEmpty());
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"kind":"Nonsense"}""")]
    public void What_is_no_run_is_refused(string json) => Should.Throw<System.Text.Json.JsonException>(() => RunSpec.Parse(json));

    [Fact]
    public void Final_exit_codes_are_the_ones_that_fail_a_job_at_once() =>
        Enum.GetValues<ExitCode>().Where(c => c is >= ExitCode.Usage and <= ExitCode.WrongUser).Count().ShouldBe(14);
}
