using System.Text;
using BackupOperator.Core.Backups;
using BackupOperator.Core.Restores;
using BackupOperator.Metrics;
using BackupOperator.Metrics.Exposition;
using BackupOperator.Runs;
using BackupOperator.Tests.Scripted;
using BackupOperator.TestSupport.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupOperator.Tests.Metrics;

/// <summary>What a scrape tells of runs that an operator carries out.</summary>
public sealed class RunMetricsTests
{
    private const string Target = "namespace=\"shop\",target=\"db\"";

    [Fact]
    public async Task Runs_are_counted_once_and_what_must_outlive_the_operator_comes_from_the_resources()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        cluster.StartOperator();
        using (var scrape = new Scrape(cluster.Metrics))
        {
            await BackUpAsync(cluster, "first");
            await FailAsync(cluster, "second");
            await RestoreAsync(cluster, "back");

            var metrics = await scrape.UntilAsync(m => m.ContainsKey($"mysqlbackup_restore_last_status{{{Target}}}"));
            metrics[$"mysqlbackup_backups_total{{method=\"Cold\",namespace=\"shop\",result=\"Completed\",target=\"db\",type=\"Full\"}}"].ShouldBe("1");
            metrics[$"mysqlbackup_backups_total{{method=\"Cold\",namespace=\"shop\",result=\"Failed\",target=\"db\",type=\"Full\"}}"].ShouldBe("1");
            metrics[$"mysqlbackup_backups_total{{method=\"Cold\",namespace=\"shop\",result=\"Cancelled\",target=\"db\",type=\"Full\"}}"].ShouldBe("0");
            metrics[$"mysqlbackup_restores_total{{namespace=\"shop\",result=\"Completed\",target=\"db\"}}"].ShouldBe("1");
            metrics[$"mysqlbackup_backup_duration_seconds_count{{namespace=\"shop\",result=\"Completed\",target=\"db\"}}"].ShouldBe("1");
            metrics[$"mysqlbackup_backup_downtime_seconds_bucket{{{Target},le=\"2\"}}"].ShouldBe("0");
            metrics[$"mysqlbackup_backup_downtime_seconds_bucket{{{Target},le=\"5\"}}"].ShouldBe("1");
            metrics[$"mysqlbackup_verification_failures_total{{{Target}}}"].ShouldBe("1");
            metrics[$"mysqlbackup_backup_last_status{{{Target}}}"].ShouldBe("0", "the last one failed");
            metrics[$"mysqlbackup_restore_last_status{{{Target}}}"].ShouldBe("1");
            metrics["mysqlbackup_reconcile_duration_seconds_count{controller=\"MySqlBackupController\"}"].ShouldNotBe("0");
        }

        await cluster.StopOperatorAsync();
        cluster.StartOperator();
        using (var scrape = new Scrape(cluster.Metrics))
        {
            var metrics = await scrape.UntilAsync(m => m.ContainsKey($"mysqlbackup_restore_last_status{{{Target}}}") && m.ContainsKey($"mysqlbackup_backup_last_status{{{Target}}}"));
            var first = (await cluster.Client.GetAsync<MySqlBackup>("first", Samples.Namespace))!;
            metrics[$"mysqlbackup_backup_last_success_timestamp_seconds{{{Target}}}"].ShouldBe(PrometheusText.Number(first.Status.CompletionTime!.Value.ToUnixTimeMilliseconds() / 1000.0));
            metrics[$"mysqlbackup_backup_last_status{{{Target}}}"].ShouldBe("0");
            metrics[$"mysqlbackup_backup_bytes{{kind=\"logical\",{Target}}}"].ShouldBe("2097152");
            metrics[$"mysqlbackup_backup_bytes{{kind=\"stored\",{Target}}}"].ShouldBe("1048576");
            metrics[$"mysqlbackup_database_left_stopped{{{Target}}}"].ShouldBe("0");
            metrics[$"mysqlbackup_backups_total{{method=\"Cold\",namespace=\"shop\",result=\"Completed\",target=\"db\",type=\"Full\"}}"].ShouldBe("0", "what ended before is not counted again");

            await cluster.Client.DeleteAsync<V1StatefulSet>("db", Samples.Namespace);
            metrics = await scrape.UntilAsync(m => !m.ContainsKey($"mysqlbackup_backup_last_status{{{Target}}}"));
            metrics.Keys.ShouldContain(k => k.StartsWith("mysqlbackup_backups_total{"), "runs of it are still there");
            foreach (var name in new[] { "first", "second" })
            {
                await cluster.Client.DeleteAsync<MySqlBackup>(name, Samples.Namespace);
            }

            // It would be held while its claim has the data of before.
            await cluster.Client.DeleteAsync<V1PersistentVolumeClaim>("data-db-0", Samples.Namespace);
            await cluster.Client.DeleteAsync<MySqlRestore>("back", Samples.Namespace);
            await scrape.UntilAsync(m => !m.Keys.Any(k => k.Contains("target=\"db\"", StringComparison.Ordinal)));
        }
    }

    private static async Task BackUpAsync(ScriptedCluster cluster, string name)
    {
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup(name)));
        await sidecar.QuiesceAsync();
        await sidecar.ResumeAsync();
        await sidecar.SucceedAsync();
        await cluster.BackupAsync(name, b => b.Status.Phase == BackupPhase.Completed && b.Metadata.Finalizers is not { Count: > 0 }, "Completed");
    }

    private static async Task FailAsync(ScriptedCluster cluster, string name)
    {
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup(name)));
        await sidecar.DieAsync((int)ExitCode.CorruptArchive, failure: new RunFailure { Reason = FailureReason.CorruptArchive, Message = "block 7", Retryable = false });
        await cluster.BackupAsync(name, b => b.Status.Phase == BackupPhase.Failed && b.Metadata.Finalizers is not { Count: > 0 }, "Failed");
    }

    private static async Task RestoreAsync(ScriptedCluster cluster, string name)
    {
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Restore(name)));
        await sidecar.QuiesceAsync();
        await sidecar.ResumeAsync();
        await sidecar.SucceedAsync();
        await cluster.RestoreAsync(name, r => r.Status.Phase == RestorePhase.Completed && r.Metadata.Finalizers?.Contains(RunFinalizer.Name) != true, "Completed");
    }

    private sealed class Scrape : IDisposable
    {
        private readonly FakeTimeProvider time = new();
        private readonly MetricRegistry registry;
        private readonly MetricsEndpoint endpoint;

        public Scrape(OperatorMetrics metrics)
        {
            registry = new MetricRegistry(metrics.Owns, NullLogger<MetricRegistry>.Instance);
            endpoint = new MetricsEndpoint(registry, metrics, time);
        }

        public async Task<Dictionary<string, string>> UntilAsync(Func<Dictionary<string, string>, bool> holds) => await Eventually.GetAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(2));
                return Task.FromResult<Dictionary<string, string>?>(Encoding.UTF8.GetString(endpoint.Get().Body.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Where(l => l[0] != '#').ToDictionary(l => l[..l.LastIndexOf(' ')], l => l[(l.LastIndexOf(' ') + 1)..]));
            },
            holds, "the metrics");

        public void Dispose() => registry.Dispose();
    }
}
