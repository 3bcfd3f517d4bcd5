using System.Diagnostics;
using System.Runtime.CompilerServices;
using BackupOperator.Api.Entities;
using BackupOperator.LocalCluster;
using BackupOperator.LocalCluster.Images;
using BackupOperator.TestSupport.Programs;

namespace BackupOperator.EndToEnd.Tests.Stories;

/// <summary>The commands of the README, as they stand there, by the real kubectl.</summary>
public sealed class QuickStartTests
{
    private static string Root => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", ".."));

    [Fact]
    public async Task The_quick_start_leads_from_nothing_to_a_scheduled_encrypted_verified_backup()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "kubectl"))), "kubectl is not installed");
        var commands = Commands();
        commands.Split('\n').Count(line => line.StartsWith("kubectl ", StringComparison.Ordinal)).ShouldBeLessThanOrEqualTo(10);
        await using var cluster = await Cluster.StartAsync(new ClusterOptions
        {
            Images = new Dictionary<string, ContainerImage> { ["mysql-backup-sidecar:test"] = StandardImages.DotNet(BuiltProgram.Sidecar) },
        });
        await using var instead = new OperatorProcess(cluster.KubeconfigPath, "mysql-backup-sidecar:test");
        var running = RunAsync(commands, cluster.KubeconfigPath);

        // Nobody here runs Deployments: the operator starts when its own is there.
        await Eventually.HoldsAsync(
            "Deployment of the operator",
            async () => running.IsCompleted || await cluster.Client.GetRawAsync("/apis/apps/v1/namespaces/mysql-backup-operator/deployments/mysql-backup-operator") is not null,
            TimeSpan.FromSeconds(60));
        instead.Start();

        var (code, output) = await running;
        code.ShouldBe(0, $"{output}\n{instead.Log}");
        output.ShouldContain("mysqlbackupschedule.mysqlbackup.io/nightly condition met");
        var backup = (await cluster.Client.ListAsync<MySqlBackup>("shop")).Items.ShouldHaveSingleItem();
        backup.Status.PhaseName.ShouldBe("Completed");
        backup.Status.Report.ShouldNotBeNull().Verification.ShouldBe("ReadBack");
        backup.Spec.Encryption.ShouldNotBeNull();
        var result = backup.Status.Report.Backup.ShouldNotBeNull();
        result.StorageFreeBytes.ShouldNotBeNull().ShouldBeGreaterThan(0);
        result.StorageCapacityBytes.ShouldNotBeNull().ShouldBeGreaterThan(result.StorageFreeBytes.Value);
        output.ShouldContain(backup.Metadata.Name!);
        var schedule = (await cluster.Client.GetAsync<MySqlBackupSchedule>("nightly", "shop")).ShouldNotBeNull();
        schedule.Status.NextScheduleTime.ShouldNotBeNull();
        schedule.Status.Statistics.ShouldNotBeNull().LastDay!.SuccessPercent.ShouldBe(100);
    }

    private static string Commands()
    {
        var readme = File.ReadAllText(Path.Combine(Root, "README.md"));
        var block = readme[readme.IndexOf("<!-- quick start", StringComparison.Ordinal)..];
        var begin = block.IndexOf("```sh\n", StringComparison.Ordinal) + "```sh\n".Length;
        return block[begin..block.IndexOf("\n```", begin, StringComparison.Ordinal)];
    }

    private static async Task<(int Code, string Output)> RunAsync(string commands, string kubeconfig)
    {
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", commands]) { WorkingDirectory = Root, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = kubeconfig;
        using var process = Process.Start(start)!;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(4));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
