namespace BackupOperator.LocalCluster.Kubelet.Pods;

/// <summary>What a kubelet says of a pod, made from what it knows of the containers (<c>pkg/kubelet/kubelet_pods.go</c>).</summary>
internal static class PodStatusBuilder
{
    private static readonly string[] Own = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady"];

    /// <param name="now">For conditions that flip.</param>
    /// <param name="final">Set when nothing of the pod will run any more.</param>
    public static V1PodStatus Build(V1Pod pod, PodFacts facts, DateTimeOffset now, bool final)
    {
        var phase = Phase(pod, facts, final);
        return new V1PodStatus
        {
            Phase = phase,
            Reason = facts.Reason,
            Message = facts.Message,
            HostIP = facts.HostIp,
            PodIP = facts.PodIp,
            PodIPs = [new V1PodIP { Ip = facts.PodIp }],
            StartTime = facts.StartTime,
            QosClass = pod.Status?.QosClass,
            Conditions = Conditions(pod, facts, phase, now, final),
            InitContainerStatuses = facts.Init.Count == 0 ? null : [.. facts.Init],
            ContainerStatuses = [.. facts.Containers],
        };
    }

    private static string Phase(V1Pod pod, PodFacts facts, bool final)
    {
        var codes = facts.Containers.Select(ExitCode).ToList();
        var initFailed = facts.Init.Any(status => status.State?.Terminated is { ExitCode: not 0 });
        if (final)
        {
            return facts.Reason is null && !initFailed && codes.TrueForAll(code => code == 0) ? "Succeeded" : "Failed";
        }

        if (!facts.InitDone || facts.Containers.Any(status => status.State?.Waiting is not null && status.LastState?.Terminated is null))
        {
            return "Pending";
        }

        return "Running";
    }

    private static int? ExitCode(V1ContainerStatus status) =>
        (status.State?.Terminated ?? status.LastState?.Terminated)?.ExitCode;

    private static List<V1Condition> Conditions(V1Pod pod, PodFacts facts, string phase, DateTimeOffset now, bool final)
    {
        var before = pod.Status?.Conditions ?? [];
        var conditions = before.Where(condition => !Own.Contains(condition.Type)).ToList();
        var over = phase is "Succeeded" or "Failed";
        var unready = facts.Containers.Where(status => status.Ready != true).Select(status => status.Name).ToList();
        var incomplete = facts.Init.Where(status => status.Ready != true).Select(status => status.Name).ToList();
        var ready = !over && facts.InitDone && unready.Count == 0;
        var (reason, message) = phase switch
        {
            _ when ready => (null, null),
            "Succeeded" => ("PodCompleted", null),
            "Failed" when final => ("PodFailed", null),
            _ => ("ContainersNotReady", $"containers with unready status: [{string.Join(' ', unready)}]"),
        };
        Add("PodReadyToStartContainers", facts.VolumesReady && !over, null, null);
        Add(
            "Initialized",
            facts.InitDone,
            facts.InitDone ? phase == "Succeeded" ? "PodCompleted" : null : "ContainersNotInitialized",
            facts.InitDone ? null : $"containers with incomplete status: [{string.Join(' ', incomplete)}]");
        Add("Ready", ready, reason, message);
        Add("ContainersReady", ready, reason, message);
        return conditions;

        void Add(string type, bool value, string? why, string? text)
        {
            var status = value ? "True" : "False";
            var old = before.FirstOrDefault(condition => condition.Type == type);
            conditions.Add(new V1Condition
            {
                Type = type,
                Status = status,
                Reason = why,
                Message = text,
                LastTransitionTime = old?.Status == status ? old.LastTransitionTime : now,
            });
        }
    }
}

/// <summary>What a kubelet knows of a pod.</summary>
internal sealed record PodFacts
{
    public required string PodIp { get; init; }

    public required string HostIp { get; init; }

    public required DateTimeOffset StartTime { get; init; }

    public required bool VolumesReady { get; init; }

    public required bool InitDone { get; init; }

    public required IReadOnlyList<V1ContainerStatus> Init { get; init; }

    public required IReadOnlyList<V1ContainerStatus> Containers { get; init; }

    /// <summary>Why the kubelet ended the pod by itself.</summary>
    public string? Reason { get; init; }

    public string? Message { get; init; }
}
