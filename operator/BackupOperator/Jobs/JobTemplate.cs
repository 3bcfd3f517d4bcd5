using System.Text.Json.Nodes;
using BackupOperator.Core.Durations;

namespace BackupOperator.Jobs;

/// <summary>Builds the Job of a run. Pure: the same input gives the same Job.</summary>
internal static class JobTemplate
{
    public const string ContainerName = "sidecar";

    /// <summary>What the sidecar needs beyond the time in which MySQL may answer, to undo its work after SIGTERM.</summary>
    private static readonly TimeSpan UndoTime = TimeSpan.FromMinutes(2);

    /// <summary>The Job controller ends the run by itself when the operator is not there to do so.</summary>
    private static readonly TimeSpan DeadlineSlack = TimeSpan.FromMinutes(5);

    /// <summary>Until the old data is back MySQL stays down: here a user's wish for few attempts does not count.</summary>
    private const int RollBackAttempts = 10;

    public static V1Job Build(JobInput input)
    {
        var options = input.Owner.RunSpec.Job ?? new JobOptions();
        var labels = RunLabels.Of(input.Owner, options.Labels);
        return new V1Job
        {
            Metadata = new V1ObjectMeta
            {
                Name = input.Name,
                Namespace = input.Owner.Metadata.Namespace,
                Labels = labels,
                Annotations = options.Annotations,
                OwnerReferences = [input.Owner.ToOwnerReference()],
            },
            Spec = new V1JobSpec
            {
                Parallelism = 1,
                Completions = 1,
                BackoffLimit = input.Purpose == JobPurpose.RollBack
                    ? Math.Max(input.Owner.RunSpec.BackoffLimit, RollBackAttempts)
                    : input.Owner.RunSpec.BackoffLimit,
                PodReplacementPolicy = "Failed",
                PodFailurePolicy = FailurePolicy(),
                ActiveDeadlineSeconds = (long)(DurationText.Parse(input.Owner.RunSpec.Timeouts.Total) + DeadlineSlack).TotalSeconds,
                Template = new V1PodTemplateSpec
                {
                    Metadata = new V1ObjectMeta { Labels = PodLabels(labels), Annotations = PodAnnotations(input, options) },
                    Spec = Pod(input, options),
                },
            },
        };
    }

    private static V1PodSpec Pod(JobInput input, JobOptions options)
    {
        var security = JobSecurity.Build(input, options);
        var mounts = JobVolumes.Build(input, JobSecurity.SecretMode(security.Pod, security.Container));
        return new V1PodSpec
        {
            RestartPolicy = "Never",
            ServiceAccountName = input.AccessName,
            EnableServiceLinks = false,
            TerminationGracePeriodSeconds = (long)(DurationText.Parse(input.Owner.RunSpec.Timeouts.Resume) + UndoTime).TotalSeconds,
            NodeSelector = options.NodeSelector,
            Affinity = Affinity(input, options),
            Tolerations = JobPlacement.Tolerations(options.Tolerations, input),
            PriorityClassName = options.PriorityClassName,
            ImagePullSecrets = options.ImagePullSecrets,
            SecurityContext = security.Pod,
            Volumes = mounts.Volumes,
            Containers =
            [
                new V1Container
                {
                    Name = ContainerName,
                    Image = options.Image ?? input.DefaultImage,
                    Args = ["run"],
                    Env = Environment(input, options),
                    Resources = options.Resources ?? DefaultResources(),
                    SecurityContext = security.Container,
                    VolumeMounts = mounts.Mounts,
                    TerminationMessagePath = RunPaths.TerminationLog,
                    TerminationMessagePolicy = "File",
                },
            ],
        };
    }

    private static JsonNode? Affinity(JobInput input, JobOptions options)
    {
        var affinity = JobPlacement.Prefer(JobPlacement.Affinity(options.Affinity, input.Node), input.Node is null ? input.LastNode : null);
        return input.Target is { } target && input.Purpose is JobPurpose.Run or JobPurpose.RollBack ? JobPlacement.Near(affinity, target.Pod) : affinity;
    }

    private static List<V1EnvVar> Environment(JobInput input, JobOptions options)
    {
        List<V1EnvVar> ours =
        [
            new() { Name = "POD_NAME", ValueFrom = new V1EnvVarSource { FieldRef = new V1ObjectFieldSelector { FieldPath = "metadata.name" } } },

            // The runtime would lock the files that it opens, and drop our own lock with them.
            new() { Name = "DOTNET_SYSTEM_IO_DISABLEFILELOCKING", Value = "1" },

            // The kubelet expands $(NAME); in JSON a dollar can be written without one.
            new() { Name = RunSpec.EnvironmentVariable, Value = input.Run.ToJson().Replace("$", "\\u0024", StringComparison.Ordinal) },
        ];
        return [.. (options.Env ?? []).Where(wanted => !ours.Exists(o => o.Name == wanted.Name)), .. ours];
    }

    /// <summary>Kuma is kept out by a label.</summary>
    private static Dictionary<string, string> PodLabels(Dictionary<string, string> labels)
    {
        var pod = new Dictionary<string, string>(labels, StringComparer.Ordinal);
        pod.TryAdd("kuma.io/sidecar-injection", "disabled");
        return pod;
    }

    private static Dictionary<string, string> PodAnnotations(JobInput input, JobOptions options)
    {
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            // Moved while it holds the database, the pod would only cost downtime; a proxy beside it would keep the Job from ending.
            ["cluster-autoscaler.kubernetes.io/safe-to-evict"] = "false",
            ["sidecar.istio.io/inject"] = "false",
            ["linkerd.io/inject"] = "disabled",
            ["consul.hashicorp.com/connect-inject"] = "false",
        };
        foreach (var (key, value) in options.Annotations ?? [])
        {
            annotations[key] = value;
        }

        annotations[RunLabels.Name] = input.Owner.Metadata.Name!;
        return annotations;
    }

    private static V1PodFailurePolicy FailurePolicy() => new()
    {
        Rules =
        [
            new V1PodFailurePolicyRule
            {
                Action = "FailJob",
                OnExitCodes = new V1PodFailurePolicyOnExitCodes
                {
                    ContainerName = ContainerName,
                    Operator = "In",
                    Values = [.. Enumerable.Range((int)ExitCode.Usage, (int)ExitCode.PreconditionUnmet - (int)ExitCode.Usage + 1)],
                },
            },
            new V1PodFailurePolicyRule
            {
                Action = "Ignore",
                OnPodConditions = [new V1PodFailurePolicyOnPodCondition { Type = "DisruptionTarget", Status = "True" }],
            },
        ],
    };

    private static V1ResourceRequirements DefaultResources() => new()
    {
        Requests = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal)
        {
            ["cpu"] = "500m",
            ["memory"] = "256Mi",
        },
    };
}
