using System.Text.Json.Nodes;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Writing;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Serialization;
using BackupOperator.Sidecar.Archives;
using BackupOperator.Sidecar.Reporting;
using BackupOperator.Sidecar.Runs;

namespace BackupOperator.Sidecar.Tests.Runs;

/// <summary>Copies as part of a backup, and attempts at them afterwards.</summary>
public sealed class CopyRunTests
{
    private static readonly RunCopy[] TwoCopies = [new(0, new RunStorage()), new(1, new RunStorage())];
    private static readonly CopyResult Broken = new(1, "s3://other/path", "s3://other/path: no such bucket");

    [Fact]
    public async Task A_copy_that_fails_is_told_and_the_backup_is_done()
    {
        await using var fixture = await RunFixture.StartAsync();
        fixture.Copies = TwoCopies;
        fixture.Archive.Copies = [new CopyResult(0, "claim:/path", null), Broken];
        var runs = false;
        fixture.Archive.On = (call, _) =>
        {
            runs |= call == "Copy" && fixture.DatabaseRuns;
            return Task.CompletedTask;
        };

        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);

        fixture.Archive.Calls.ShouldBe(["FindCommitted", "Check", "Precopy", "Read", "Commit", "Copy", "Verify Upload"]);
        runs.ShouldBeTrue("nobody waits for a copy with the database stopped");
        (await fixture.ReportAsync()).Backup!.Copies.ShouldBe(fixture.Archive.Copies);
    }

    [Fact]
    public async Task A_copy_that_takes_long_is_left_to_a_Job_of_its_own()
    {
        await using var fixture = await RunFixture.StartAsync();
        fixture.Copies = TwoCopies;
        fixture.Archive.Copies = [new CopyResult(0, "claim:/path", null)];
        fixture.CopyPatience = TimeSpan.FromMilliseconds(200);
        fixture.Archive.On = (call, token) => call == "Copy" ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;

        (await fixture.RunAsync().WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe(ExitCode.Success);

        fixture.Archive.Calls[^1].ShouldBe("Verify Upload");
        (await fixture.ReportAsync()).Backup!.Copies.ShouldHaveSingleItem().Problem.ShouldNotBeNull().ShouldContain("longer than");
    }

    [Fact]
    public async Task An_attempt_that_finds_the_backup_committed_goes_on_with_its_copies()
    {
        await using var fixture = await RunFixture.StartAsync();
        fixture.Copies = TwoCopies;
        fixture.Archive.Committed = true;
        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);
        fixture.Archive.Calls.ShouldBe(["FindCommitted", "Copy", "Verify Upload"]);
    }

    [Fact]
    public async Task A_copy_run_changes_its_own_copies_in_the_report_and_touches_no_database()
    {
        await using var fixture = await RunFixture.StartAsync();
        await ReportAsync(fixture);
        var before = (await fixture.StatefulSetAsync()).Metadata.ResourceVersion;
        fixture.Copies = [TwoCopies[1]];
        fixture.Archive.Copies = [Broken];
        (await fixture.RunAsync(runKind: RunKind.Copy)).ShouldBe(ExitCode.StorageUnavailable);
        (await File.ReadAllTextAsync(fixture.TerminationLog)).ShouldContain(Broken.Problem!);
        (await fixture.ReportAsync()).Backup!.Copies.ShouldBe([new CopyResult(0, "claim:/path", null), Broken]);

        fixture.Archive.Copies = [Broken with { Problem = null }];
        (await fixture.RunAsync(runKind: RunKind.Copy)).ShouldBe(ExitCode.Success);
        var report = await fixture.ReportAsync();
        report.Backup!.Copies.ShouldBe([new CopyResult(0, "claim:/path", null), Broken with { Problem = null }]);
        report.Step.ShouldBe(RunStep.Done);
        report.Backup.ManifestDigest.ShouldBe(FakeArchive.Result.ManifestDigest);
        fixture.Archive.Calls.ShouldAllBe(call => call == $"Update {FakeArchive.Result.ManifestDigest}");
        (await fixture.StatefulSetAsync()).Metadata.ResourceVersion.ShouldBe(before);
    }

    [Fact]
    public async Task Without_a_result_there_is_nothing_to_copy()
    {
        await using var fixture = await RunFixture.StartAsync();
        fixture.Copies = TwoCopies;
        (await fixture.RunAsync(runKind: RunKind.Copy)).ShouldBe(ExitCode.NotFound);
        fixture.Archive.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Each_copy_has_its_own_mount_and_one_that_is_not_there_harms_no_other()
    {
        var root = Directory.CreateTempSubdirectory("copies-");
        try
        {
            var settings = new RunSettings { PodName = "p", Storage = root.CreateSubdirectory("storage").FullName, Copies = root.CreateSubdirectory("copies").FullName };
            Directory.CreateDirectory(Path.Combine(settings.Copies, "2", "volume"));
            var data = root.CreateSubdirectory("data").FullName;
            await File.WriteAllTextAsync(Path.Combine(data, "ibdata1"), "data");
            var run = Run() with
            {
                Copies = [new RunCopy(0, new RunStorage { Volume = new RunVolume { Claim = "missing" } }), new RunCopy(2, new RunStorage { Volume = new RunVolume { Claim = "offsite", Folder = "db" } })],
            };
            await using (var archive = new RunArchives(run, settings, TimeProvider.System).CreateArchive(data, new NoProgress()))
            {
                await archive.CheckAsync(default);
                await archive.ReadAsync(default);
                var result = await archive.CommitAsync(new ServerFacts(), default);
                var copies = await archive.CopyAsync(default);
                copies.Count.ShouldBe(2);
                copies[0].Problem.ShouldNotBeNull().ShouldStartWith("missing:/ns/one: There is no folder");
                copies[1].ShouldBe(new CopyResult(2, "offsite:/db/ns/one", null));
                Directory.Delete(Path.Combine(settings.Storage, "ns"), recursive: true);
                var alone = await ArchiveReader.OpenAsync(new VolumeObjectStore(Path.Combine(settings.Copies, "2", "volume", "db")), "ns/one");
                (await new ArchiveVerifier(alone).VerifyAsync(VerificationLevel.ReadBack)).ManifestDigest.ShouldBe(result.ManifestDigest);
            }
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private static RunSpec Run() => new()
    {
        Kind = RunKind.Backup,
        ResourceKind = "MySqlBackup",
        Namespace = "ns",
        Name = "one",
        Uid = "0b1c2d3e-0000-4000-8000-000000000001",
        Path = "ns/one",
        Storage = new RunStorage { Volume = new RunVolume { Claim = "first" } },
        Backup = new RunBackup { BackupId = "one" },
        Target = SampleTarget.Database,
    };

    private static Task ReportAsync(RunFixture fixture)
    {
        var report = new RunReport { Step = RunStep.Done, Backup = FakeArchive.Result with { Copies = [new CopyResult(0, "claim:/path", null), new CopyResult(1, "s3://other/path", "an earlier one")] } };
        var patch = KubernetesPatch.Merge(new JsonObject { ["status"] = new JsonObject { ["report"] = JsonNode.Parse(KubernetesJson.Serialize(report)) } });
        return fixture.Kubernetes.PatchAsync<Api.Entities.MySqlBackup>("run", RunFixture.Namespace, patch, "status");
    }
}
