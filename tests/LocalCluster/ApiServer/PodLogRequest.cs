namespace BackupOperator.LocalCluster.ApiServer;

/// <summary>Which output of which container (<c>core/v1 PodLogOptions</c>).</summary>
/// <param name="Follow">Go on until the container ends.</param>
/// <param name="Previous">The output of the run before a restart.</param>
/// <param name="TailLines">Only that many last lines.</param>
/// <param name="LimitBytes">Only that many first bytes.</param>
public sealed record PodLogRequest(
    string Namespace,
    string Pod,
    string PodUid,
    string Container,
    bool Follow,
    bool Previous,
    long? TailLines,
    long? LimitBytes,
    long? SinceSeconds,
    bool Timestamps);
