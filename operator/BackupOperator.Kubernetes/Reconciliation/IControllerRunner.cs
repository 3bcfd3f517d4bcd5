namespace BackupOperator.Kubernetes.Reconciliation;

internal interface IControllerRunner
{
    /// <summary>The informers whose first lists it waits for.</summary>
    IEnumerable<Watching.IInformer> Informers { get; }

    /// <summary>What is wrong with its workers; null while they move.</summary>
    string? Problem { get; }

    /// <param name="stopping">No new reconcile begins.</param>
    /// <param name="aborting">Running reconciles are cancelled.</param>
    Task RunAsync(CancellationToken stopping, CancellationToken aborting);
}
