using BackupOperator.Runs;
using BackupOperator.Targets;

namespace BackupOperator.Jobs;

/// <summary>Everything that the Job of a run is made of.</summary>
/// <param name="Target">Null where the run has nothing to do with the database.</param>
/// <param name="User">Under whom the sidecar runs.</param>
/// <param name="Node">The node of the database's pod, where there is one: a ReadWriteOnce claim can be mounted only there.</param>
internal sealed record JobInput(
    IRunEntity Owner,
    JobPurpose Purpose,
    string Name,
    string AccessName,
    RunSpec Run,
    ResolvedTarget? Target,
    RunStores Stores,
    string? Node,
    RecordedUser User,
    string DefaultImage)
{
    /// <summary>The node that the database's pod was on when the run began; null where the run has nothing to do with the database.</summary>
    public string? LastNode => Purpose == JobPurpose.Copy ? null : Owner.RunStatus.Target?.Node;
}
