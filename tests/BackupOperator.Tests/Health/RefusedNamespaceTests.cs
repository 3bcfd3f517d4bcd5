using System.Net;
using System.Text.Json.Nodes;
using BackupOperator.LocalCluster.ApiServer.Faults;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Health;

/// <summary>An operator that looks at several namespaces, one of which it may not see.</summary>
public sealed class RefusedNamespaceTests
{
    private const string Other = "typo";

    [Fact]
    public async Task The_database_of_another_namespace_is_brought_back_and_the_probe_names_what_is_refused()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        using var refused = cluster.Server.Faults.Add(r => r.Namespace == Other && (r.Verb is "list" or "watch"), new Fault { Answer = HttpStatusCode.Forbidden });
        var set = await cluster.SetAsync();
        var longAgo = DateTimeOffset.UtcNow.AddHours(-1);
        var mark = new QuiesceMark
        {
            Run = "gone",
            Kind = MySqlBackup.KindName,
            Name = "gone",
            Pod = "gone-1",
            Replicas = 1,
            QuiescedReplicas = 0,
            Since = longAgo,
            Deadline = longAgo.AddMinutes(5),
        };
        await cluster.PatchAsync<V1StatefulSet>(set.Metadata.Name!, new JsonObject
        {
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [QuiesceMark.Annotation] = mark.ToAnnotation() } },
            ["spec"] = new JsonObject { ["replicas"] = 0 },
        });

        await using var process = new OperatorUnderTest(cluster.Server.KubeconfigPath, ("WATCH_NAMESPACES", $"{Samples.Namespace},{Other}"), ("LEADER_ELECTION", "false"));

        await process.ReadyAsync();
        (await process.TextAsync("/readyz")).ShouldContain($"StatefulSets in namespace {Other} cannot be watched");
        (await process.SumAsync("mysqlbackup_watch_refused")).ShouldBeGreaterThan(3);
        process.Lines.ShouldContain(l => l.Contains("\"Warning\"", StringComparison.Ordinal) && l.Contains($"in namespace {Other} cannot be watched", StringComparison.Ordinal));
        await Eventually.GetAsync(() => cluster.Client.GetAsync<V1StatefulSet>("db", Samples.Namespace), s => s.Spec!.Replicas == 1, "scaled up");

        refused.Dispose();
        await process.UntilAsync(async () => await process.SumAsync("mysqlbackup_watch_refused") == 0 && await process.TextAsync("/readyz") == "ok\n", "what is allowed again is seen");
    }
}
