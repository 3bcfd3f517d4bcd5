using BackupOperator.Sidecar.Failures;
using BackupOperator.Sidecar.Runs;

namespace BackupOperator.Sidecar.Tests.Runs;

public sealed class RunSpecReaderTests
{
    private static readonly RunSpec Good = new()
    {
        Kind = RunKind.Backup,
        ResourceKind = "MySqlBackup",
        Namespace = "shop",
        Name = "nightly",
        Uid = "0b1c2d3e-0000-4000-8000-000000000001",
        Path = "shop/db/1",
        Storage = new RunStorage { Volume = new RunVolume { Claim = "backups" } },
        Backup = new RunBackup { BackupId = "b" },
        Target = SampleTarget.Database,
    };

    [Fact]
    public void A_run_survives_the_environment() => RunSpecReader.Read(Good.ToJson()).ToJson().ShouldBe(Good.ToJson());

    public static TheoryData<string?, string> Bad => new()
    {
        { null, RunSpec.EnvironmentVariable },
        { "", RunSpec.EnvironmentVariable },
        { "{ nonsense", "holds no run" },
        { "{}", "holds no run" },
        { (Good with { Uid = "../../etc" }).ToJson(), "no run id" },
        { (Good with { Path = "a/../../b" }).ToJson(), "leads out" },
        { (Good with { Backup = null }).ToJson(), "nothing of the backup" },
        { (Good with { Kind = RunKind.Restore }).ToJson(), "nothing of the restore" },
        { (Good with { Target = Good.Target with { DataSubdirectory = "../other" } }).ToJson(), "leads out" },
        { (Good with { Target = Good.Target with { DataSubdirectory = "/etc" } }).ToJson(), "leads out" },
        { (Good with { Target = Good.Target with { Replicas = -1 } }).ToJson(), "negative" },
        { (Good with { Target = Good.Target with { Replicas = 3, QuiescedReplicas = 1 } }).ToJson(), "1 of 3" },
        { (Good with { Target = Good.Target with { Replicas = 1, QuiescedReplicas = 1 } }).ToJson(), "1 of 1" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_run_that_cannot_be_meant_is_refused(string? json, string words)
    {
        var refused = Should.Throw<RunException>(() => RunSpecReader.Read(json));
        (refused.ExitCode, refused.Reason).ShouldBe((ExitCode.Usage, FailureReason.InvalidSpec));
        refused.Message.ShouldContain(words);
    }
}
