using BackupOperator.Core.Backups;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Logging;

/// <summary>What a whole run leaves in the log of the operator's process, at the most talkative level.</summary>
public sealed class OperatorLogTests
{
    private const string FromEnvironment = "correct horse \"battery\" staple";
    private const string FromSpec = "tr0ub4dor-and-three";

    [Fact]
    public async Task Every_line_is_json_those_of_a_run_name_it_and_none_holds_a_secret()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await using var process = new OperatorUnderTest(
            cluster.Server.KubeconfigPath, ("LEADER_ELECTION", "false"), ("DB_PASSWORD", FromEnvironment));
        await process.ReadyAsync();
        var bad = await cluster.ApplyAsync(WithSecrets("bad"));
        var sidecar = await cluster.SidecarAsync(bad);
        await sidecar.QuiesceAsync();
        await cluster.BackupAsync("bad", b => b.Status.Phase == BackupPhase.Archiving, "Archiving");
        await sidecar.DieAsync();
        await process.UntilAsync(() => Task.FromResult(process.Lines.Any(l => l.Contains("Scaled to 1 replicas", StringComparison.Ordinal))), "the guard has scaled up");

        process.Terminate();
        (await process.ExitCodeAsync(TimeSpan.FromSeconds(30))).ShouldBe(0);

        var log = process.Log.ToList();
        log.ShouldAllBe(l => l["time"] != null && l["level"] != null && l["message"] != null);
        var ofRun = log.Where(l => l["message"]!.GetValue<string>().StartsWith("Phase ", StringComparison.Ordinal)).ToList();
        ofRun.ShouldNotBeEmpty();
        var ofGuard = log.Where(l => l["sourceContext"]?.GetValue<string>().EndsWith("StatefulSetGuardController", StringComparison.Ordinal) == true && l["name"] is not null).ToList();
        ofGuard.ShouldNotBeEmpty();
        foreach (var line in ofRun)
        {
            (line["kind"]!.GetValue<string>(), line["namespace"]!.GetValue<string>(), line["name"]!.GetValue<string>()).ShouldBe(("MySqlBackup", "shop", "bad"));
        }

        foreach (var line in ofGuard)
        {
            (line["kind"]!.GetValue<string>(), line["namespace"]!.GetValue<string>(), line["name"]!.GetValue<string>()).ShouldBe(("StatefulSet", "shop", "db"));
        }

        foreach (var line in ofRun.Concat(ofGuard))
        {
            (line["run"]?.GetValue<string>(), line["target"]?.GetValue<string>()).ShouldBe((bad.Metadata.Uid!, "db"), line.ToJsonString());
        }

        foreach (var secret in new[] { FromSpec, FromEnvironment, FromEnvironment.Replace("\"", "\\\"", StringComparison.Ordinal), cluster.Server.AdminToken })
        {
            process.Lines.ShouldNotContain(l => l.Contains(secret, StringComparison.Ordinal));
        }
    }

    private static MySqlBackup WithSecrets(string name)
    {
        var backup = Samples.Backup(name);
        backup.Spec.Job = new JobOptions { Env = [new V1EnvVar { Name = "PROXY_PASSWORD", Value = FromSpec }] };
        return backup;
    }
}
