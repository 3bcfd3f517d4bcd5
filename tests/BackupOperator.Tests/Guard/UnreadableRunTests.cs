using System.Net;
using System.Text.Json.Nodes;
using BackupOperator.Core.Backups;
using BackupOperator.Core.Naming;
using BackupOperator.Guard;
using BackupOperator.Runs;
using BackupOperator.Statuses;
using BackupOperator.Tests.Scripted;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupOperator.Tests.Guard;

/// <summary>The resource of the run that stopped MySQL is there, and this operator cannot read it.</summary>
public sealed class UnreadableRunTests
{
    private const string Name = "broken";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_mark_alone_brings_the_database_back(bool refused)
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await MarkAsync(cluster, await BrokenAsync(cluster), swapping: false);

        await LookAsync(cluster, refused);

        (await cluster.SetAsync()).Spec!.Replicas.ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task In_a_swap_it_stays_stopped_and_a_person_is_called_once_no_job_is_at_work(bool working)
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        var broken = await BrokenAsync(cluster);
        await MarkAsync(cluster, broken, swapping: true);
        if (working)
        {
            await cluster.Client.CreateAsync(JobOf(broken));
        }

        await LookAsync(cluster, refused: false);

        (await cluster.SetAsync()).Spec!.Replicas.ShouldBe(0);
        if (working)
        {
            cluster.Notified.All.ShouldBeEmpty("its next pod can close the swap");
        }
        else
        {
            cluster.Notified.All.ShouldHaveSingleItem().Message.ShouldContain("MySqlBackup shop/broken cannot be read: run the version of the operator that has written it");
        }
    }

    [Fact]
    public async Task Whoever_waits_for_it_is_told_what_for()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        var broken = await BrokenAsync(cluster);
        await cluster.Client.CreateAsync(new V1Lease
        {
            Metadata = new V1ObjectMeta { Name = RunNames.Lease("db"), Namespace = Samples.Namespace },
            Spec = new V1LeaseSpec { HolderIdentity = RunLookup.IdOf(broken).Holder },
        });
        cluster.StartOperator(client => Unreadable(client, refused: true));

        await cluster.ApplyAsync(Samples.Backup());

        var waiting = await cluster.BackupAsync("nightly", b => b.Status.Message?.Contains("nobody can tell", StringComparison.Ordinal) == true, "waits");
        waiting.Status.Phase.ShouldBe(BackupPhase.Queued);
        waiting.Status.Message.ShouldBe(
            "The target is in use by a run that nobody can tell the state of: MySqlBackup shop/broken cannot be read: see that the operator may read it (no right to it)");
    }

    private static Task<MySqlBackup> BrokenAsync(ScriptedCluster cluster) => cluster.Client.CreateAsync(Samples.Backup(Name));

    private static V1Job JobOf(MySqlBackup broken) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = RunNames.Job(Name, broken.Metadata.Uid!),
            Namespace = Samples.Namespace,
            OwnerReferences = [broken.ToOwnerReference()],
        },
        Spec = new V1JobSpec
        {
            Template = new V1PodTemplateSpec
            {
                Spec = new V1PodSpec { RestartPolicy = "Never", Containers = [new V1Container { Name = "sidecar", Image = "sidecar:test" }] },
            },
        },
    };

    private static UnreadableClient Unreadable(IKubernetesClient client, bool refused) => new(client, Name, () => refused
        ? new KubernetesApiException(HttpStatusCode.Forbidden, "Forbidden", "no right to it")
        : new UnreadableObjectException("the answer is not a MySqlBackup"));

    private static async Task LookAsync(ScriptedCluster cluster, bool refused)
    {
        var (client, time) = (Unreadable(cluster.Client, refused), TimeProvider.System);
        var guard = new StatefulSetGuardController(
            new GuardObserver(client, new RunLookup(client, () => [], () => [], 5), new PodAnswer(cluster.Database, time), time),
            new GuardActions(client, new StatusWriter(client), time), new RecordingEvents(), cluster.Notified, time, NullLogger<StatefulSetGuardController>.Instance);
        while (!await TryAsync())
        {
            // The set's own controller wrote its status in between.
        }

        async Task<bool> TryAsync()
        {
            try
            {
                await guard.ReconcileAsync(await cluster.SetAsync(), TestContext.Current.CancellationToken);
                return true;
            }
            catch (KubernetesApiException e) when (e.IsConflict)
            {
                return false;
            }
        }
    }

    private static Task MarkAsync(ScriptedCluster cluster, MySqlBackup broken, bool swapping) => cluster.PatchAsync<V1StatefulSet>("db", new JsonObject
    {
        ["spec"] = new JsonObject { ["replicas"] = 0 },
        ["metadata"] = new JsonObject
        {
            ["annotations"] = new JsonObject
            {
                [QuiesceMark.Annotation] = new QuiesceMark
                {
                    Run = broken.Metadata.Uid!,
                    Kind = MySqlBackup.KindName,
                    Name = Name,
                    Pod = "gone",
                    Replicas = 1,
                    Since = DateTimeOffset.UtcNow,
                    Deadline = DateTimeOffset.UtcNow.AddMinutes(10),
                    Swapping = swapping,
                }.ToAnnotation(),
            },
        },
    });
}
