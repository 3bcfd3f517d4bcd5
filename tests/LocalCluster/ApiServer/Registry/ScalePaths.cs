namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>Where the scale subresource finds its numbers in an object.</summary>
internal sealed record ScalePaths(IReadOnlyList<string> SpecReplicas, IReadOnlyList<string> StatusReplicas, IReadOnlyList<string>? LabelSelector)
{
    public static ScalePaths BuiltIn { get; } = new(["spec", "replicas"], ["status", "replicas"], ["spec", "selector"]);
}
