namespace BackupOperator.Sidecar.Targets;

/// <summary>Why a pod may not be stopped for its data.</summary>
/// <param name="What">Has the pod as its subject.</param>
/// <param name="MayPass">Whether it may be different in a moment, without anyone's help.</param>
internal sealed record ReplicaTrouble(string What, bool MayPass)
{
    /// <summary>The pod is the primary: it may not be stopped alone, and its data is what a backup is to have.</summary>
    public bool IsSource { get; init; }
}
