using BackupOperator.LocalCluster.Controllers.Runtime;
using BackupOperator.LocalCluster.Kubelet.Containers;
using BackupOperator.LocalCluster.Kubelet.Network;

namespace BackupOperator.LocalCluster.Kubelet.Pods;

/// <summary>What all pods of a node share while it is powered.</summary>
/// <param name="Power">Cancelled by a power cut: nothing more is done or told.</param>
internal sealed record NodeContext(
    KubeletOptions Options,
    IKubernetesClient Client,
    EventRecorder Events,
    PodNetwork Network,
    ProcessNamespace Processes,
    string NodeIp,
    TimeProvider Time,
    ILogger Log,
    CancellationToken Power)
{
    /// <summary>The time in whole seconds, as the API tells times.</summary>
    public DateTimeOffset Now() => DateTimeOffset.FromUnixTimeSeconds(Time.GetUtcNow().ToUnixTimeSeconds());

    /// <summary>Tells people about a pod; does not wait.</summary>
    public void Tell(V1Pod pod, string type, string reason, string message) =>
        _ = Events.RecordAsync(pod, type, reason, message, "kubelet", Power);
}
