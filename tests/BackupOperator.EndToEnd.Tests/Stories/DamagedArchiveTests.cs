using System.Diagnostics;
using BackupOperator.Api.Entities;

namespace BackupOperator.EndToEnd.Tests.Stories;

/// <summary>A backup that was damaged in the store is refused, and the target keeps its old, running data.</summary>
public sealed class DamagedArchiveTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    [Fact]
    public async Task A_damaged_backup_is_refused_by_name_and_the_database_runs_on()
    {
        var database = await cluster.StartDatabaseAsync();
        await database.FillAsync(megabytes: 8);
        var backup = await (await cluster.BackUpAsync(database, "b", Manifests.VolumeStorage)).ReachesAsync("Completed");
        var folder = Path.Combine(cluster.Cluster.ClaimFolder(database.Namespace, "backups"), backup.Status!.Path!);
        var pack = Directory.EnumerateFiles(Path.Combine(folder, "packs")).First();
        var whole = await File.ReadAllBytesAsync(pack);
        var pod = (await database.PodAsync())!.Metadata.Uid;

        whole[whole.Length / 2] ^= 0x10;
        await File.WriteAllBytesAsync(pack, whole);
        (await RefusedAsync(database, "flipped", "backup: b")).ShouldSatisfyAllConditions(
            message => message.ShouldContain(Path.GetFileName(pack)),
            message => message.ShouldContain("lock "),
            message => message.ShouldContain("damaged"));
        whole[whole.Length / 2] ^= 0x10;

        await File.WriteAllBytesAsync(pack, whole[..^1000]);
        (await RefusedAsync(database, "truncated", "backup: b")).ShouldContain(Path.GetFileName(pack));

        File.Delete(pack);
        (await RefusedAsync(database, "missing", "backup: b")).ShouldContain("missing");
        await File.WriteAllBytesAsync(pack, whole);

        await ReplaceInManifestAsync(Path.Combine(folder, "manifest.json.zst"), "\"file\":\"aria_log_control\"", "\"file\":\"../../etc/passwd\"");
        (await RefusedAsync(database, "escaping", $"location: {{path: {backup.Status.Path}, storage: {{volume: {{claimName: backups}}}}}}"))
            .ShouldContain("manifest.json.zst");

        (await database.PodAsync())!.Metadata.Uid.ShouldBe(pod);
        (await database.ScalarAsync("SELECT COUNT(*) FROM app.noise")).ShouldBe("16");
    }

    private async Task<string> RefusedAsync(TestDatabase database, string name, string source)
    {
        var restore = await (await cluster.RestoreAsync(database, name, source)).ReachesAsync("Failed");
        restore.Status!.Failure!.Reason.ShouldBe("CorruptArchive");
        restore.Status.Report!.StoppedAt.ShouldBeNull();
        return restore.Status.Failure.Message!;
    }

    private static async Task ReplaceInManifestAsync(string path, string from, string to)
    {
        await RunAsync("zstd", "-d", "-f", "-q", path, "-o", path + ".txt");
        var text = await File.ReadAllTextAsync(path + ".txt");
        text.ShouldContain(from);
        await File.WriteAllTextAsync(path + ".txt", text.Replace(from, to, StringComparison.Ordinal));
        await RunAsync("zstd", "-f", "-q", "--check", path + ".txt", "-o", path);
        File.Delete(path + ".txt");
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0);
    }
}
