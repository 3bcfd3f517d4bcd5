namespace BackupOperator.Sidecar.Targets;

/// <summary>One look at how the servers replicate.</summary>
internal interface IReplicaLook
{
    /// <returns>Null where nothing speaks against the stop.</returns>
    Task<ReplicaTrouble?> LookAsync(CancellationToken cancellationToken);

    /// <summary>Names the pod, the trouble and the way out.</summary>
    string Explain(ReplicaTrouble trouble);
}
