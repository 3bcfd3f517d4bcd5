using BackupOperator.Targets;

namespace BackupOperator.Runs;

/// <summary>What backups and restores do differently.</summary>
internal interface IRunFlow<TEntity>
    where TEntity : class, IRunEntity
{
    RunStage StageOf(TEntity entity);

    /// <summary>Finds out whether the spec can be carried out, and how.</summary>
    Task<Resolution<RunPlan>> PlanAsync(TEntity entity, V1StatefulSet? set, CancellationToken cancellationToken);

    /// <summary>Writes the phase of a run that cannot start, and holds no place in the queue.</summary>
    void SetPending(TEntity entity);

    /// <summary>Asks the planner.</summary>
    RunVerdict<TEntity> Decide(TEntity entity, World world, DateTimeOffset now);

    /// <summary>Writes what only this kind records of a plan.</summary>
    void Record(TEntity entity, RunPlan plan);

    /// <summary>Writes what only this kind shows of its report.</summary>
    void Describe(TEntity entity);

    /// <summary>The backup's folder within its storage, from what was recorded.</summary>
    string PathOf(TEntity entity);

    /// <summary>When to look again after all is given back; null for never.</summary>
    TimeSpan? After(TEntity entity);

    /// <summary>The storages that a Job of this purpose needs, from what was recorded.</summary>
    RunStores StoresFor(TEntity entity, JobPurpose purpose);

    /// <summary>Adds the kind's part of what the sidecar is told.</summary>
    Task<RunSpec> CompleteAsync(TEntity entity, JobPurpose purpose, RunSpec run, CancellationToken cancellationToken);

    /// <summary>What only this kind tells of a change of its status.</summary>
    IEnumerable<RunNews> News(TEntity before, TEntity after);
}

/// <summary>A decision, and how to write its phase into the status of the kind.</summary>
internal sealed record RunVerdict<TEntity>(RunDecision Decision, string Phase, Action<TEntity> SetPhase)
{
    /// <summary>Writes what only this kind decides; null for nothing.</summary>
    public Action<TEntity>? Record { get; init; }
}
