using BackupOperator.Targets;

namespace BackupOperator.Jobs;

/// <summary>Everything that the Job of a run is made of.</summary>
/// <param name="Storage">Null where the run needs none.</param>
/// <param name="Node">The node of the database's pod, where there is one: a ReadWriteOnce claim can be mounted only there.</param>
internal sealed record JobInput(
    IRunEntity Owner,
    JobPurpose Purpose,
    string Name,
    string AccessName,
    RunSpec Run,
    ResolvedTarget Target,
    StorageSpec? Storage,
    string? Node,
    string DefaultImage);
