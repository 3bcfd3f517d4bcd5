using BackupOperator.Api.Entities;
using BackupOperator.Api.Runs;
using BackupOperator.Kubernetes.Serialization;

namespace BackupOperator.Api.Tests.Entities;

public sealed class EntityTests
{
    [Fact]
    public void A_status_that_an_older_sidecar_wrote_and_one_that_knows_more_can_both_be_read()
    {
        var status = KubernetesJson.Deserialize<MySqlBackupStatus>(
            """{"phase":"Uploading","report":{"step":"Uploading","stoppedAt":"2025-01-01T00:00:00Z","somethingNew":{"x":1}},"progress":{"percent":12.5}}""")!;

        status.Report!.Step.ShouldBe(RunStep.Uploading);
        status.Progress!.Percent.ShouldBe(12.5);
        status.PhaseName.ShouldBe("Uploading");
    }

    [Fact]
    public void Copies_that_the_sidecar_reports_can_be_read()
    {
        var status = KubernetesJson.Deserialize<MySqlBackupStatus>(
            """{"report":{"backup":{"backupId":"b","location":"l","manifestDigest":"d","logicalBytes":1,"storedBytes":1,"blocksTotal":1,"blocksReused":0,"files":1,"copies":[{"index":0,"location":"a"},{"index":1,"location":"b","problem":"full"}]}}}""")!;

        status.Report!.Backup!.Copies.Select(c => c.IsComplete).ShouldBe([true, false]);
        KubernetesJson.Deserialize<MySqlBackupStatus>("""{"report":{"backup":{"backupId":"b","location":"l","manifestDigest":"d","logicalBytes":1,"storedBytes":1,"blocksTotal":1,"blocksReused":0,"files":1}}}""")!
            .Report!.Backup!.Copies.ShouldBeEmpty();
    }

    [Fact]
    public void What_only_the_code_needs_is_not_in_the_json()
    {
        var json = KubernetesJson.Serialize(new MySqlBackup());

        json.ShouldNotContain("phaseName");
        json.ShouldNotContain("runSpec", Case.Sensitive);
        json.ShouldNotContain("allowedDowntime", Case.Sensitive);
    }
}
