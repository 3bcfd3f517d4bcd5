using BackupOperator.Core.Backups;
using BackupOperator.Core.Queueing;
using BackupOperator.Core.Restores;

namespace BackupOperator.Runs;

/// <summary>Finds the resources of runs: one by its kind and name, or all that wait or work.</summary>
internal sealed class RunLookup(IKubernetesClient client, IReadOnlyList<string> namespaces, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim gate = new(1);
    private IReadOnlyList<QueuedRun> runs = [];
    private long? readAt;

    public async Task<IRunEntity?> FindAsync(string kind, string name, string @namespace, CancellationToken cancellationToken) => kind switch
    {
        MySqlBackup.KindName => await client.GetAsync<MySqlBackup>(name, @namespace, cancellationToken),
        MySqlRestore.KindName => await client.GetAsync<MySqlRestore>(name, @namespace, cancellationToken),
        _ => null,
    };

    /// <summary>Whether a run has not ended: its resource is there, by uid, in a phase that is not the last.</summary>
    public async Task<bool> IsOpenAsync(RunId run, CancellationToken cancellationToken) =>
        await FindAsync(run.Kind, run.Name, run.Namespace, cancellationToken) is { } entity
        && entity.Metadata.Uid == run.Uid
        && !StageOf(entity).IsOver();

    /// <summary>All runs that have not ended. A second old at most: many that wait ask at once.</summary>
    public async Task<IReadOnlyList<QueuedRun>> OpenRunsAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (readAt is not { } at || time.GetElapsedTime(at) > Freshness)
            {
                var found = new List<QueuedRun>();
                foreach (var @namespace in namespaces.Count == 0 ? [null] : namespaces.Cast<string?>())
                {
                    var backups = await client.ListAsync<MySqlBackup>(@namespace, cancellationToken: cancellationToken);
                    var restores = await client.ListAsync<MySqlRestore>(@namespace, cancellationToken: cancellationToken);
                    found.AddRange(backups.Items.Concat<IRunEntity>(restores.Items).Where(e => !StageOf(e).IsOver()).Select(Queued));
                }

                runs = found;
                readAt = time.GetTimestamp();
            }

            return runs;
        }
        finally
        {
            gate.Release();
        }
    }

    public static RunId IdOf(IRunEntity entity) =>
        new(entity.Kind!, entity.Metadata.Namespace!, entity.Metadata.Name!, entity.Metadata.Uid!);

    public static QueuedRun Queued(IRunEntity entity) => new(
        IdOf(entity),
        entity.RunSpec.Target.StatefulSet,
        entity.RunSpec.Priority == RunPriority.Emergency,
        entity.Metadata.CreationTimestamp ?? DateTimeOffset.MaxValue,
        StageOf(entity));

    public static RunStage StageOf(IRunEntity entity) => entity switch
    {
        MySqlBackup backup => BackupPhases.StageOf(backup.Status.Phase),
        MySqlRestore restore => RestorePhases.StageOf(restore.Status.Phase),
        _ => RunStage.New,
    };

    public void Dispose() => gate.Dispose();
}
