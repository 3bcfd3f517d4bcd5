using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Catalogs;

/// <summary>An import as it was observed.</summary>
public sealed record CatalogObservation
{
    /// <summary>Stands for what is asked for: another target, storage or token is another one. Null where none is.</summary>
    public string? Wanted { get; init; }

    /// <summary>Null where none was ever begun.</summary>
    public CatalogMemory? Memory { get; init; }

    /// <summary>The Job that reads the storage; null where there is none.</summary>
    public JobObservation? Job { get; init; }

    /// <summary>The Job of this attempt has told the page that comes next.</summary>
    public bool PageReady { get; init; }

    /// <summary>What must end before the storage is read, in words; null for nothing.</summary>
    public string? Obstacle { get; init; }
}

/// <summary>What the status remembers of an import.</summary>
/// <param name="For">What it is done for.</param>
/// <param name="Attempts">Those that have failed.</param>
/// <param name="HasJob">There may be a Job, and rights of it.</param>
public sealed record CatalogMemory(CatalogPhase Phase, string For, int Attempts = 0, DateTimeOffset? NextAttempt = null, bool HasJob = false);

/// <summary>What is to be done next about an import.</summary>
public enum CatalogStep
{
    Nothing,

    /// <summary>Delete the Job: another one, or none, is wanted.</summary>
    DeleteJob,

    /// <summary>Take away the rights of a Job that is over.</summary>
    CleanUp,

    /// <summary>No import is asked for any more.</summary>
    Forget,

    /// <summary>Write down a new session that waits.</summary>
    Begin,

    /// <summary>Write down that the storage is read from now on.</summary>
    Run,

    /// <summary>Write down that it waits after all.</summary>
    StepBack,

    CreateJob,

    /// <summary>Create what the page names, and write down that this is done.</summary>
    TakePage,

    /// <summary>Write down that the Job has failed.</summary>
    Fail,
}

/// <param name="Message">What it waits for; null for nothing.</param>
/// <param name="RequeueAfter">When to look again; null: when something changes.</param>
public sealed record CatalogDecision(CatalogStep Step, TimeSpan? RequeueAfter = null, string? Message = null);
