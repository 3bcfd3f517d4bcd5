using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Serialization;

namespace BackupOperator.Tests.Scripted;

/// <summary>Plays one pod of a run's Job, and what the Job controller makes of its end.</summary>
internal sealed class FakeSidecar
{
    private readonly IKubernetesClient client;
    private readonly V1Job job;
    private readonly int attempt;

    private FakeSidecar(IKubernetesClient client, V1Job job, V1Pod pod, RunSpec run, int attempt)
    {
        this.client = client;
        this.job = job;
        this.attempt = attempt;
        Pod = pod.Metadata.Name!;
        Run = run;
    }

    public string Pod { get; }

    public RunSpec Run { get; }

    public string JobName => job.Metadata.Name!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <param name="node">Null where a deletion is to take the pod away at once; else it stays, as one whose container does not end.</param>
    public static async Task<FakeSidecar> StartAsync(IKubernetesClient client, V1Job job, int attempt, bool starts = true, string? node = null)
    {
        var template = job.Spec!.Template!;
        template.Spec!.NodeName = node;
        var pod = await client.CreateAsync(
            new V1Pod
            {
                Metadata = new V1ObjectMeta
                {
                    Name = $"{job.Metadata.Name}-{attempt}",
                    Namespace = job.Metadata.Namespace,
                    Labels = template.Metadata!.Labels,
                    Annotations = template.Metadata.Annotations,
                    OwnerReferences = [job.ToOwnerReference()],
                },
                Spec = template.Spec,
            },
            Stop);
        var run = RunSpec.Parse(template.Spec!.Containers![0].Env!.Single(e => e.Name == RunSpec.EnvironmentVariable).Value!);
        var sidecar = new FakeSidecar(client, job, pod, run, attempt);
        await (starts ? sidecar.StartsAsync() : sidecar.PodStatusAsync("Pending", new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "ContainerCreating" } }));
        return sidecar;
    }

    /// <summary>The container runs.</summary>
    public Task StartsAsync() => PodStatusAsync("Running", new JsonObject { ["running"] = new JsonObject() });

    /// <summary>What the scheduler says of a pod that it finds no node for.</summary>
    public async Task IsUnschedulableAsync(string message) => await client.PatchAsync<V1Pod>(
        Pod,
        Run.Namespace,
        KubernetesPatch.Merge(new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["phase"] = "Pending",
                ["containerStatuses"] = null,
                ["conditions"] = new JsonArray(new JsonObject
                {
                    ["type"] = "PodScheduled",
                    ["status"] = "False",
                    ["reason"] = "Unschedulable",
                    ["message"] = message,
                }),
            },
        }),
        "status",
        Stop);

    /// <summary>What the kubelet says of a volume that it cannot mount.</summary>
    public async Task WaitsForMountAsync(string message)
    {
        var pod = (await client.GetAsync<V1Pod>(Pod, Run.Namespace, Stop))!;
        await client.CreateAsync(
            new V1Event
            {
                Metadata = new V1ObjectMeta { Name = Pod + ".mount", Namespace = Run.Namespace },
                InvolvedObject = pod.ToObjectReference(),
                Type = "Warning",
                Reason = "FailedMount",
                Message = message,
                LastTimestamp = DateTimeOffset.UtcNow,
            },
            Stop);
    }

    /// <summary>The pod that the Job controller starts after this one died.</summary>
    public Task<FakeSidecar> NextAsync() => StartAsync(client, job, attempt + 1);

    public Task AtAsync(RunStep step) => ReportAsync(new RunReport { Step = step });

    public async Task ReportAsync(RunReport report)
    {
        var patch = KubernetesPatch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = Run.Uid },
            ["status"] = new JsonObject { ["report"] = KubernetesJson.ToNode(report with { Pod = Pod }) },
        });
        await (Run.ResourceKind == MySqlBackup.KindName
            ? client.PatchAsync<MySqlBackup>(Run.Name, Run.Namespace, patch, "status", Stop) as Task
            : client.PatchAsync<MySqlRestore>(Run.Name, Run.Namespace, patch, "status", Stop));
    }

    /// <summary>Scales down, with the mark.</summary>
    public async Task QuiesceAsync(TimeSpan? maxDowntime = null, bool swapping = false)
    {
        await AtAsync(RunStep.Quiescing);
        var now = DateTimeOffset.UtcNow;
        var mark = new QuiesceMark
        {
            Run = Run.Uid,
            Kind = Run.ResourceKind,
            Name = Run.Name,
            Pod = Pod,
            Replicas = Run.Target.Replicas,
            QuiescedReplicas = Run.Target.QuiescedReplicas,
            Since = now,
            Deadline = now + (maxDowntime ?? Run.Target.MaxDowntime),
            Swapping = swapping,
        };
        await PatchSetAsync(mark.ToAnnotation(), Run.Target.QuiescedReplicas);
        await ReportAsync(new RunReport { Step = RunStep.Archiving, StoppedAt = now, LockedAt = now });
    }

    public Task ResumeAsync() => PatchSetAsync(mark: null, Run.Target.Replicas);

    public Task ScaleUpAsync(string mark) => PatchSetAsync(mark, Run.Target.Replicas);

    public async Task SucceedAsync(RunReport? result = null)
    {
        await ReportAsync(result ?? Success(Run));
        await EndsAsync();
    }

    /// <summary>Succeeds without a report.</summary>
    public async Task EndsAsync(PruneReport? told = null)
    {
        await PodStatusAsync("Succeeded", new JsonObject
        {
            ["terminated"] = new JsonObject { ["exitCode"] = 0, ["reason"] = "Completed", ["message"] = told is null ? null : KubernetesJson.Serialize(told) },
        });
        await JobStatusAsync("Complete", "CompletionsReached");
    }

    /// <summary>Ends an attempt at copies: what it has reached is merged into the backup's result.</summary>
    public async Task CopiedAsync(params CopyResult[] copies)
    {
        var report = (await client.GetAsync<MySqlBackup>(Run.Name, Run.Namespace, Stop))!.Status.Report!;
        await ReportAsync(report with { Backup = report.Backup! with { Copies = copies } });
        await EndsAsync();
    }

    public static RunReport Success(RunSpec run)
    {
        var now = DateTimeOffset.UtcNow;
        var report = new RunReport
        {
            Step = RunStep.Done,
            StoppedAt = now.AddSeconds(-5),
            LockedAt = now.AddSeconds(-4),
            ResumedAt = now.AddSeconds(-3),
            AnsweredAt = now.AddSeconds(-2),
            UploadedAt = now.AddSeconds(-1),
            VerifiedAt = now,
            Verification = "Upload",
            FinishedAt = now,
        };
        return run.Kind == RunKind.Backup
            ? report with
            {
                Backup = new BackupResult
                {
                    BackupId = run.Uid,
                    Location = "backups:/x",
                    ManifestDigest = "sha256:00",
                    LogicalBytes = 2 << 20,
                    StoredBytes = 1 << 20,
                    BlocksTotal = 2,
                    BlocksReused = 1,
                    Files = 3,
                    ServerFlavour = "MySQL",
                    ServerVersion = "9.7.0",
                },
            }
            : report with
            {
                Restore = new RestoreResult { BackupId = "b", LogicalBytes = 1, Files = 1, PreviousData = ".mysqlbackup-previous-" + run.Uid, Started = true },
            };
    }

    /// <summary>The pod is killed; with or without another attempt.</summary>
    public async Task DieAsync(int exitCode = 137, bool last = true, RunFailure? failure = null, PruneReport? left = null)
    {
        await PodStatusAsync("Failed", new JsonObject
        {
            ["terminated"] = new JsonObject
            {
                ["exitCode"] = exitCode,
                ["reason"] = "Error",
                ["message"] = failure is not null ? KubernetesJson.Serialize(failure) : left is not null ? KubernetesJson.Serialize(left) : null,
            },
        });
        if (last)
        {
            await JobStatusAsync("Failed", "BackoffLimitExceeded");
        }
    }

    /// <summary>Ends the Job without a word about the pod.</summary>
    public Task JobFailsAsync() => JobStatusAsync("Failed", "BackoffLimitExceeded");

    private async Task PatchSetAsync(string? mark, int replicas)
    {
        while (!await TryPatchSetAsync(mark, replicas))
        {
            // Someone else wrote first: read again.
        }
    }

    private async Task<bool> TryPatchSetAsync(string? mark, int replicas)
    {
        var set = (await client.GetAsync<V1StatefulSet>(Run.Target.StatefulSet, Run.Namespace, Stop))!;
        try
        {
            await client.PatchAsync<V1StatefulSet>(
                set.Metadata.Name!,
                Run.Namespace,
                KubernetesPatch.Merge(new JsonObject
                {
                    ["metadata"] = new JsonObject
                    {
                        ["resourceVersion"] = set.Metadata.ResourceVersion,
                        ["annotations"] = new JsonObject { [QuiesceMark.Annotation] = mark },
                    },
                    ["spec"] = new JsonObject { ["replicas"] = replicas },
                }),
                cancellationToken: Stop);
            return true;
        }
        catch (KubernetesApiException e) when (e.IsConflict)
        {
            return false;
        }
    }

    private async Task PodStatusAsync(string phase, JsonObject state) => await client.PatchAsync<V1Pod>(
        Pod,
        Run.Namespace,
        KubernetesPatch.Merge(new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["phase"] = phase,
                ["containerStatuses"] = new JsonArray(new JsonObject
                {
                    ["name"] = "sidecar",
                    ["image"] = "sidecar:test",
                    ["imageID"] = "",
                    ["ready"] = false,
                    ["restartCount"] = 0,
                    ["state"] = state,
                }),
            },
        }),
        "status",
        Stop);

    private async Task JobStatusAsync(string condition, string reason) => await client.PatchAsync<V1Job>(
        JobName,
        Run.Namespace,
        KubernetesPatch.Merge(new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["failed"] = condition == "Failed" ? attempt : attempt - 1,
                ["succeeded"] = condition == "Complete" ? 1 : 0,
                ["conditions"] = new JsonArray(new JsonObject
                {
                    ["type"] = condition,
                    ["status"] = "True",
                    ["reason"] = reason,
                    ["lastTransitionTime"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
                }),
            },
        }),
        "status",
        Stop);
}
